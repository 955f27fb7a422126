# shellcheck shell=bash
# Step `backend`, an application that a person started, and that has the port of the first release. It keeps the port and
# its connections until the deadline; then its own manager ends it, and no boot brings it back. Undo starts it again.
#   /var/lib/geo-system/before/backend/taken/record   which one it is, and what runs it
#     environment, arguments                          of a process under no manager, which nothing else remembers
#     ended                                           undo has something to start
#     gone                                            nothing is left to be done

# taken NAME: what is written down of it; nothing where there is none.
taken() { sed -n "s|^$1: ||p" "$TAKEN/record" 2> /dev/null || true; } # none was found

# Does it still have its port, so that a first release that fails leaves a host that serves?
backend_has_taken() { [ -e "$TAKEN/record" ] && [ ! -e "$TAKEN/ended" ] && [ ! -e "$BACKEND_CURRENT" ]; }

# Before the first release, which goes to the other set of ports because of it.
backend_note_taken() {
  local port
  [ ! -e "$BACKEND_CURRENT" ] || return 0
  rm -rf "$TAKEN" "$TAKEN.new"
  TAKEN_SITE="$STATE/applied/site" TAKEN_NAMED=$(setting take-over '')
  port=$(taken_port)
  [ -z "$port" ] || taken_write "$(process_of "$port")" "$port"
}

# taken_port: the port of the first release that such an application has; nothing where none does.
taken_port() {
  local port
  for port in $(settings port); do
    if taken_serves "$port"; then
      say "$port"
      return 0
    fi
  done
}

TAKEN_SITE=''  # the payload of our site
TAKEN_NAMED='' # what the configuration names

# taken_serves PORT: does a site that gives way to ours pass to it, and none that stays? What else has the port is no
# business of ours. A container is not ended by the process that holds its port. What runs under our name is the former
# application, which pm2 of our own tells of.
taken_serves() {
  local pid manager name home
  pid=$(process_of "$1")
  [ -n "$pid" ] || return 1
  IFS=$'\t' read -r manager name home < <(manager_of "$pid")
  [ "$manager" != docker ] && [ "$name $home" != "$APP $APP_HOME/.pm2" ] || return 1
  [[ -n $name && ($name = "$TAKEN_NAMED" || $name = "$TAKEN_NAMED.service") ]] || { taken_is_passed "$1" given-way && ! taken_is_passed "$1" staying; }
}

# taken_is_passed PORT given-way|staying: by the sites that give way, also where ours has their place by now; or by others.
taken_is_passed() {
  local names=() name
  for name in $(sed -nE 's/^(site|replaces): //p' "$TAKEN_SITE" 2> /dev/null || true); do # not applied
    if [ "$2" = given-way ]; then names+=(${names:+-o} -name "$name"); else names+=(! -name "$name"); fi
  done
  [ "${#names[@]}" -gt 0 ] || return 1
  { find "$STATE/before/site$NGINX" "$NGINX/sites-enabled" "$NGINX/conf.d" \( -type f -o -type l \) \( "${names[@]}" \) -exec cat {} + 2> /dev/null || true; } | # links whose file is gone
    passed_ports | awk -v port="$1" '$1 == port { found = 1 } END { exit !found }'
}

# taken_write PID PORT
taken_write() {
  local manager name home user
  IFS=$'\t' read -r manager name home < <(manager_of "$1")
  user=$(stat -c %U "/proc/$1")
  install -d -m 0700 "$STATE" "$STATE/before" "$BACKEND_BEFORE" "$TAKEN.new"
  printf '%s: %s\n' pid "$1" start "$(process_start "$1")" port "$2" manager "$manager" name "$name" home "$home" \
    user "$user" folder "$(readlink "/proc/$1/cwd")" program "$(readlink "/proc/$1/exe")" \
    boot "$([ "$manager" != unit ] || systemctl is-enabled "$name" 2> /dev/null || true)" > "$TAKEN.new/record" # a unit that starts by hand alone
  if [ "$manager" = session ]; then
    (umask 077; cat "/proc/$1/environ" > "$TAKEN.new/environment"; cat "/proc/$1/cmdline" > "$TAKEN.new/arguments")
  fi
  mv -T "$TAKEN.new" "$TAKEN"
}

# process_start PID: when it was started, in ticks since the boot; nothing once it has ended. A number is given again.
process_start() { { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null || true; } | cut -d ' ' -f 20; }

# `application api of ubuntu's pm2`, as a preview calls it; see infra/preview/found/in-use.ts.
taken_description() {
  case "$(taken manager)" in
    pm2) say "application $(taken name) of $(taken user)'s pm2" ;;
    unit) say "the application of $(taken name)" ;;
    *) say "process $(taken pid) of $(taken user)" ;;
  esac
}

# The release serves for good: what was before it ends at the deadline, or when it has no connection left.
backend_retire_taken() {
  local port asked left seconds=0 since=$SECONDS
  [ -e "$TAKEN/record" ] && [ ! -e "$TAKEN/gone" ] || return 0
  port=$(taken port) asked=$(connections_on "$port") left=$asked
  [ "$(handover how)" != paced ] || seconds=$(($(handover seconds) + 5))
  while [ "$left" != 0 ] && [ $((SECONDS - since)) -lt "$seconds" ]; do
    sleep 0.5
    left=$(connections_on "$port")
  done
  : > "$TAKEN/ended"
  "taken_end_$(taken manager)"
  : > "$TAKEN/gone"
  changed "$(taken_description) has ended, which served before; undo starts it again"
  backend_name_missed_data
  [ "$left" = 0 ] || say "of $asked connections, $left did not leave within $((SECONDS - since)) s and were cut"
}

# It stays in pm2's list, as stopped: there its manager has all that its start needs.
taken_end_pm2() {
  taken_pm2 stop "$(taken name)"
  if [ "$(taken home)" = "$APP_HOME/.pm2" ]; then backend_save_run "$(handover run)"
  else taken_pm2 save --force; fi
}

taken_end_unit() { systemctl disable -q --now "$(taken name)"; }

taken_end_session() {
  local pid patience=50
  pid=$(taken pid)
  taken_lives || return 0
  kill "$pid"
  while taken_lives && [ $((patience -= 1)) -gt 0 ]; do sleep 0.1; done
  ! taken_lives || kill -KILL "$pid"
}

taken_lives() { [ "$(process_start "$(taken pid)")" = "$(taken start)" ]; }

# Undo: it serves before the release ends, so that nginx always has one of the two. Where the release has its port by
# now, it comes after.
backend_give_back_taken() {
  [ -e "$TAKEN/ended" ] || return 0
  [ "${1-}" != 'before the release ends' ] || [ -z "$(process_of "$(taken port)")" ] || return 0
  NODE=$(readlink -f "$NODE")
  node_give_back node npm npx # it starts by the host's own Node
  "taken_start_$(taken manager)" || taken_failed
  taken_listens || taken_failed
  changed "$(taken_description) runs again on port $(taken port)"
  rm -rf "$TAKEN"
  TAKEN_GIVEN_BACK=yes
}

TAKEN_GIVEN_BACK=no # in this run

taken_failed() {
  fail "$(taken_description), which served before, does not listen on port $(taken port) again" \
    "start it by hand, then: sudo rm -r $TAKEN; then once more"
}

taken_listens() {
  local patience=100
  while [ -z "$(process_of "$(taken port)")" ]; do
    [ $((patience -= 1)) -gt 0 ] || return 1
    sleep 0.2
  done
}

# Its daemon may have gone with a boot.
taken_start_pm2() {
  local unit
  unit="pm2-$(taken user).service"
  is_pm2 "$(cat "$(taken home)/pm2.pid" 2> /dev/null || true)" || systemctl start "$unit" 2> /dev/null || true # pm2 starts it then
  taken_pm2 restart "$(taken name)" && taken_pm2 save --force
}

taken_start_unit() {
  [ "$(taken boot)" != enabled ] || systemctl enable -q "$(taken name)"
  systemctl restart "$(taken name)"
}

# In a session of its own, as `nohup` starts it. Its environment may hold secrets, so it enters by a descriptor.
taken_start_session() {
  setsid runuser -u "$(taken user)" -- perl -e "$TAKEN_START" -- "$(taken folder)" "$(taken program)" \
    < <(cat "$TAKEN/arguments"; printf '\0'; cat "$TAKEN/environment") > /dev/null 2>&1 &
}

# Words until an empty one, then the environment.
# shellcheck disable=SC2016 # Perl's variables
TAKEN_START='
  my ($folder, $program) = @ARGV;
  local $/;
  my ($words, $variables) = split /\0\0/, <STDIN>, 2;
  my @words = split /\0/, $words;
  %ENV = map { /^([^=]+)=(.*)$/s ? ($1 => $2) : () } split /\0/, $variables;
  chdir $folder or die "$folder: $!";
  open STDIN, "<", "/dev/null";
  exec { $program } @words or die "$program: $!";
'

# taken_pm2 WORD …: of its user. The commands of pm2 are the same from version to version.
taken_pm2() {
  local home
  home=$(getent passwd "$(taken user)" | cut -d : -f 6)
  runuser -u "$(taken user)" -- env -i -C / HOME="$home" USER="$(taken user)" LOGNAME="$(taken user)" PM2_HOME="$(taken home)" \
    LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin "$NODE" "$(readlink -f /usr/local/bin/pm2)" "$@" < /dev/null > "$PAYLOAD/pm2.log" 2>&1 ||
    { tail -n 5 "$PAYLOAD/pm2.log" >&2; return 1; }
}
