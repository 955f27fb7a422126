# shellcheck shell=bash
# Step `backend`, the application: what runs, what it was started from, and its start in the place of another.

# What ran under this name before this package serves until a release of ours is proven, and again after undo.
backend_keep_former_application() {
  [ ! -e "$BACKEND_FORMER" ] || return 0
  application show "$APP" > "$BACKEND_FORMER.new"
  mv "$BACKEND_FORMER.new" "$BACKEND_FORMER"
}

backend_had_former_application() { grep -qs '"name"' "$BACKEND_FORMER"; }

# current NAME: what is written down of the release in use; nothing before the first one.
# Asked for so often that it starts no process.
current() {
  local line
  [ -e "$BACKEND_CURRENT" ] || return 0
  while IFS= read -r line; do [[ $line != "$1: "* ]] || say "${line#"$1: "}"; done < "$BACKEND_CURRENT"
}

# current_write NAME TEXT …: in the place of what it said of each NAME. Failures are returned by hand, as in site-reload.sh.
current_write() {
  local at former=()
  for ((at = 1; at < $#; at += 2)); do former+=(-e "/^${!at}: /d"); done
  { sed "${former[@]}" "$BACKEND_CURRENT" && printf '%s: %s\n' "$@"; } > "$BACKEND_CURRENT.new" || return 1
  mv -f "$BACKEND_CURRENT.new" "$BACKEND_CURRENT"
}

# All that the process depends on, in one line.
backend_wanted() {
  say "$(setting release) $(backend_ports a) $(backend_ports b) $(backend_wanted_environment) $(sha256sum < "$(payload_file "$APP_ROOT/ecosystem.config.cjs")" | cut -c 1-16) $NODE_VERSION"
}

# backend_run RELEASE WANTED: the name that pm2 gives to all processes of one start. A release that was installed
# again is another start.
backend_run() {
  local installation
  installation=$(cat "$BACKEND_INSTALLED/$1/name" 2> /dev/null || true) # by a version that wrote none
  sha256sum <<< "$2 $installation" | cut -c 1-12
}

# backend_serves WANTED: does the release in use run, as it was started?
backend_serves() {
  [ "$(current run)" = "$(backend_run "$(setting release)" "$1")" ] &&
    same_file "$(payload_file "$APP_ROOT/ecosystem.config.cjs")" "$APP_ROOT/ecosystem.config.cjs" root:root 0644 &&
    application serves "$APP" "$(backend_ports "$(backend_set)")" "$(current run)" 2> /dev/null
}

# backend_ecosystem ENVIRONMENT < TEXT: what pm2 is given, with the file that holds the secrets in the place of the link.
backend_ecosystem() { sed "s|--env-file=$APP_ROOT/secret.env|--env-file=$APP_ROOT/$1|"; }

# Makes every link and file say what runs.
backend_point() {
  place_link "releases/$(current release)" "$APP_ROOT/current"
  place_link "$(current environment)" "$APP_ROOT/secret.env"
}

# backend_start FILE RUN PORTS: in the place of whatever has the name.
backend_start() { application start "$@" "$(setting patience 30)" 2> "$PAYLOAD/why"; }

why() { tail -n 1 "$PAYLOAD/why"; }

backend_log() { say "$APP_HOME/.pm2/logs/$1-$2.log"; }

# Where the logs end now: what comes after is the release's own.
backend_mark_log() {
  local log
  for log in out error; do
    stat -c '%s' "$(backend_log "$APP" "$log")" > "$PAYLOAD/$log.size" 2> /dev/null || say 0 > "$PAYLOAD/$log.size"
  done
}

# backend_show_log NAME: the last lines of each log since the mark; the standby's logs are all its own.
backend_show_log() {
  local log
  say "the last lines of release $(handover release):" >&2
  for log in out error; do backend_own_log "$1" "$log" | tail -n 15 | sed 's/^/  | /' >&2; done
}

# backend_own_log NAME LOG: what the release wrote into it.
backend_own_log() {
  local start=1
  [ -e "$(backend_log "$1" "$2")" ] || return 0
  [ "$1" != "$APP" ] || start=$(($(< "$PAYLOAD/$2.size") + 1))
  tail -c "+$start" "$(backend_log "$1" "$2")"
}

# backend_show_notes NAME: what preload.cjs did for the backend that its code does not say, once.
backend_show_notes() {
  backend_own_log "$1" out | { grep -aE '^\[geo-system\] ' || true; } | sort -u | sed 's/^\[geo-system\] /note: /' # most have none
}

# The files of the release in use, by name: their text is the backend's own.
backend_check_files() {
  local release path
  release=$(current release)
  [ -d "$APP_ROOT/releases/$release" ] || { changed "release $release is missing"; return 0; }
  while IFS= read -r path; do
    changed "$APP_ROOT/releases/$release/$path is not as it was installed"
  done < <(backend_edited "$release")
}

backend_check_application() {
  local run
  # To ask a pm2 that does not run would start one, in the session of who asks.
  if [ -z "$(backend_daemon_version)" ]; then
    changed "pm2 of $APP_USER does not run, and so $APP does not"
    return 0
  fi
  run=$(current run)
  if [ -d "$HANDOVER" ]; then changed "a handover to release $(handover release), begun at $(handover since), is not at its end"; fi
  # Asked first: one answer does where all is well.
  ! application settled "$APP" "$(backend_serving_ports)" "$run" 2> "$PAYLOAD/why" || return 0
  if backend_is_aside; then changed "$APP runs on port $(backend_ports "$(backend_other_set)"), and nginx leads to port $(backend_serving_ports) first"
  else changed "$(why)"; fi
}
