# shellcheck shell=bash
# Step `backend`, pm2: it runs inside its boot unit, and what it is asked goes through application.cjs.

NODE=/usr/local/bin/node
LIBRARY=/usr/local/lib/geo-system
LIBRARY_PROGRAMS=("$LIBRARY"/{application,dependencies,elsewhere,handover,handshake,manifest,pm2,preload,program,retire,serving,signals,sockets}.cjs)
backend_library_files() { printf "%s\n" "${LIBRARY_PROGRAMS[@]}" "$BACKEND_HANDSHAKE"; }

backend_files() {
  printf '%s\n' "$APP_ROOT/ecosystem.config.cjs" "/etc/systemd/system/pm2-$APP_USER.service" "/etc/logrotate.d/$APP"
  backend_library_files
}

# backend_fill_in PATH: what only this host knows of the user, in the payload's file.
backend_fill_in() {
  local number path
  payload_has "$1" || payload_file "$1"
  while read -r number _ _ path; do
    [ "$path" != "$1" ] || backend_fill_in_file "$PAYLOAD/files/$number"
  done < "$PAYLOAD/index"
}

backend_fill_in_file() {
  local text
  text=$(< "$1")
  [[ $text != *@home@* && $text != *@group@* ]] || sed -i -e "s|@home@|$APP_HOME|g" -e "s|@group@|$APP_GROUP|g" "$1"
}

# application VERB …: see application.cjs.
application() { application_reads /dev/null "$@"; }

# application_reads FILE VERB …
application_reads() { as_application "$1" "$NODE" "$LIBRARY/application.cjs" "${@:2}"; }

# as_application FILE COMMAND …: with nothing of this run's environment, which pm2 would keep for the backend.
as_application() {
  local input=$1
  shift
  runuser -u "$APP_USER" -- env -i -C / HOME="$APP_HOME" USER="$APP_USER" LOGNAME="$APP_USER" SHELL=/bin/bash LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin "$@" < "$input"
}

backend_tools() {
  local name path
  for name in node npm pm2; do
    command -v "$name" > /dev/null || fail "$name is not installed" "sudo geo-system packages check; then '$PULUMI up'"
  done
  NODE_VERSION=$("$NODE" --version)
  for path in "${LIBRARY_PROGRAMS[@]}"; do place_file "$path"; done
}

# Since 20.12 --env-file reads values of several lines.
backend_expect_node() {
  local engines
  engines=$(setting engines '*')
  application allows '>=20.12' "$engines" || fail "the backend does not run on this host's Node" "$PULUMI config set nodeVersion VERSION, nodeSource SOURCE; its package.json says: ${engines}"
}

backend_pm2() {
  backend_boot_unit
  backend_daemon
}

# A unit that is not ours (`pm2 startup`) stays as it is: it may run other applications, by other paths.
backend_boot_unit() {
  local unit="pm2-$APP_USER.service" path
  path="/etc/systemd/system/$unit"
  backend_fill_in "$path"
  backend_fill_in "/etc/logrotate.d/$APP"
  place_file "/etc/logrotate.d/$APP"
  if ! backend_unit_is_ours; then say "kept $path, which was there before"
  elif ! same_file "$(payload_file "$path")" "$path" root:root 0644; then
    place_file "$path"
    [ ! -e "/etc/systemd/system/multi-user.target.wants/$unit" ] || systemctl daemon-reload
  fi
  systemctl is-enabled -q "$unit" && return 0
  systemctl enable -q "$unit" # reloads the unit as well
  changed "pm2 of $APP_USER starts at boot"
}

backend_unit_is_ours() {
  local path="/etc/systemd/system/pm2-$APP_USER.service"
  # shellcheck disable=SC2016 # the words are to the letter
  [ ! -e "$path" ] || grep -qF 'Written by `pulumi up`' "$path"
}

# backend_is_foreign_unit PATH: apply keeps it as it is, so it cannot differ from what was applied.
backend_is_foreign_unit() { [ "$1" = "/etc/systemd/system/pm2-$APP_USER.service" ] && ! backend_unit_is_ours; }

# pm2 runs inside its unit, so that a shutdown ends it in order. One that a person started by hand runs in that person's session.
backend_daemon() {
  local unit="pm2-$APP_USER.service" version
  version=$(backend_daemon_version)
  if backend_unit_is_ours; then
    if [ -n "$version" ] && ! systemctl is-active -q "$unit"; then
      application idle
      version=$(backend_daemon_version)
    elif [ -n "$version" ] && [ "$version" != "$(backend_pm2_version)" ]; then
      systemctl restart "$unit"
      changed "pm2 $version gave way to $(backend_pm2_version)"
    fi
  fi
  [ -n "$version" ] || systemctl restart "$unit" || fail "pm2 does not start" "sudo journalctl -u $unit"
}

# The version of the pm2 that runs for this user; nothing when none does.
backend_daemon_version() {
  local pid
  pid=$(cat "$APP_HOME/.pm2/pm2.pid" 2> /dev/null || true) # none was ever started
  [ -n "$pid" ] && [ -e "/proc/$pid" ] || return 0
  tr '\0' ' ' < "/proc/$pid/cmdline" | sed -nE 's/^PM2 v([^ :]+): God Daemon.*/\1/p'
}

backend_pm2_version() { sed -n '/"version":/{s/.*: *"\(.*\)".*/\1/p;q}' "$(dirname "$(readlink -f /usr/local/bin/pm2)")/../package.json"; }

backend_check_boot() {
  local unit="pm2-$APP_USER.service"
  systemctl is-enabled -q "$unit" 2> /dev/null || changed "$unit does not start at boot"
  backend_is_saved || changed "pm2's saved list lacks $APP: the next boot would not bring it back"
}

# pm2 itself writes the list without blanks when it is ended by a signal.
backend_is_saved() { grep -qsE "\"name\": ?\"$APP\"" "$APP_HOME/.pm2/dump.pm2"; }

# backend_save_run RUN: of the other applications the list keeps what it says: one of them may wait for its own proof.
backend_save_run() {
  local others
  mapfile -t others < <(backend_other_names)
  application save "$APP" "$1" "${others[@]}"
}

backend_drop_application() {
  local others
  mapfile -t others < <(backend_other_names)
  application remove "$APP" "${others[@]}"
}

backend_save() {
  backend_is_saved && return 0
  backend_save_run "$(current run)"
  changed "saved pm2's list for the next boot"
}

backend_remove_application() {
  local unit="pm2-$APP_USER.service" said=''
  backend_give_back_taken 'before the release ends'
  if [ -e "$LIBRARY/application.cjs" ] && [ -n "$(backend_daemon_version)" ]; then
    said=$(backend_drop_application) || fail "pm2 does not end $APP" "pm2 delete $APP, as $APP_USER; then once more"
  fi
  [ -z "$said" ] || changed "$said"
  if backend_had_former_application; then
    application_reads "$BACKEND_FORMER" restore ||
      fail "what ran as $APP before does not start again" "mend what the line above names, or give it up: sudo rm $BACKEND_FORMER; then once more"
    changed "$APP runs again as it did before"
  fi
  backend_give_back_taken
  backend_unit_is_ours && [ -e "/etc/systemd/system/$unit" ] && backend_is_last && backend_has_no_application || return 0
  systemctl disable -q --now "$unit"
  rm "/etc/systemd/system/$unit"
  systemctl daemon-reload
  changed "removed /etc/systemd/system/$unit"
  [ ! -e "$BACKEND_BEFORE/pm2-home.absent" ] || rm -rf "$APP_HOME/.pm2"
}

# Nothing of the user's own under pm2, now or at the next boot.
backend_has_no_application() { ! grep -qsF '"name":' "$APP_HOME/.pm2/dump.pm2"; }
