# shellcheck shell=bash
# The backend and pm2. pm2's own command line is not asked: it takes half a second, and starts a pm2 where none runs.

# backend_port PATH: of the release in use, which nginx may have handed over to the other port; on a host of another make, where nginx passes the path.
backend_port() {
  local port
  port=$(sed -n 's/^ports: \([0-9]*\).*/\1/p' "/var/lib/geo-system/$STEP/current" 2> /dev/null)
  # By a version that wrote no ports down.
  if [ -n "$port" ]; then :
  elif grep -qsx 'set: b' "/var/lib/geo-system/$STEP/current"; then port=$(applied "$STEP" standby-port)
  else port=$(applied "$STEP" port); fi
  [ -n "$port" ] || port=$(nginx_backend_port "$1")
  say "${port:-3000}"
}

backend_facts() {
  local path
  fact backend "$APP" "$APP_USER" "$APP_PORT" "$APP_HOME" "$(applied "$STEP" port)" "$STEP"
  fact release "$(basename "$(readlink "/srv/$APP/current" 2> /dev/null)")" "$(applied "$STEP" release)"
  fact environment "$(basename "$(readlink "/srv/$APP/secret.env" 2> /dev/null)")" "$(cat "/var/lib/geo-system/$STEP/generation" 2> /dev/null)"
  backend_unproven
  backend_gone
  sed -n 's/^shared: //p' "$APPLIED/$STEP" 2> /dev/null | while IFS= read -r path; do fact shared "$path"; done
  backend_altered | while IFS= read -r path; do fact altered "$path"; done
  [ -e "/srv/$APP/secret.env" ] || [ ! -d "/srv/$APP" ] || fact no-secrets "/srv/$APP/secret.env"
  ! grep -qsE "\"name\": ?\"$APP\"" "$APP_HOME/.pm2/dump.pm2" || fact saved yes
  backend_forbidden
}

# `provisional RELEASE SECONDS`: what serves until its proof from outside, and the time left for that.
# `taken-back RELEASE TIME WHY`: what did not stay.
backend_unproven() {
  local state="/var/lib/geo-system/$STEP" release when why
  if [ "$(cat "$state/handover/phase" 2> /dev/null)" = provisional ]; then
    fact provisional "$(sed -n 's/^release: //p' "$state/handover/record")" "$(($(cat "$state/handover/until") - $(date +%s)))"
  fi
  IFS=' ' read -r release when why < <(sed -n 's/^refused: //p' "$state/current" 2> /dev/null) || return 0
  fact taken-back "${release%,}" "${when%:}" "$why"
}

# `gone PATH`: the folder of the application, or that of the release in use, where it is no longer there.
backend_gone() {
  local release path
  release=$(sed -n 's/^release: //p' "/var/lib/geo-system/$STEP/current" 2> /dev/null)
  [ -n "$release" ] || return 0
  for path in "/srv/$APP" "/srv/$APP/releases/$release"; do
    [ -d "$path" ] || { fact gone "$path"; return; }
  done
}

backend_logs() {
  local errors="$APP_HOME/.pm2/logs/$APP-error.log"
  tail -n 30 "$APP_HOME/.pm2/logs/$APP-out.log" 2> /dev/null | text backend-log
  # What is older tells of another failure than this one.
  [ -z "$(find "$errors" -mmin -10 2> /dev/null)" ] || {
    fact errors-age "$(($(date +%s) - $(stat -c %Y "$errors")))"
    tail -n 30 "$errors" | text backend-errors
  }
  # Only where it does not run: why.
  systemctl is-active -q "pm2-$APP_USER" || journalctl -u "pm2-$APP_USER" -n 12 -o cat --no-pager 2> /dev/null | text pm2-journal
}

first_forbidden() {
  local path
  for path; do [ -x "$path" ] || { printf 'forbidden\t%s\n' "$path" && return; }; done
}

# What keeps the user out, without any log of it: a folder on the way to the release, pm2's own files.
backend_forbidden() {
  local release path
  release=$(readlink -f "/srv/$APP/current" 2> /dev/null)
  [ -z "$release" ] || runuser -u "$APP_USER" -- bash -c "$(declare -f first_forbidden)"'; first_forbidden "$@"' \
    bash /srv "/srv/$APP" "/srv/$APP/releases" "$release" 2> /dev/null
  path=$(find "$APP_HOME/.pm2" -maxdepth 2 ! -user "$APP_USER" -print -quit 2> /dev/null)
  [ -z "$path" ] || fact foreign "$path"
}

# Files of the running release that are not what was deployed: the payload has the first 16 digits of their SHA-256.
# (Links are left out: what the payload has of them is where they lead.)
backend_altered() {
  local wanted path
  [ "$(readlink "/srv/$APP/current" 2> /dev/null)" = "releases/$(applied "$STEP" release)" ] || return
  cd "/srv/$APP/current/" || return
  wanted=$(backend_own_files | while IFS= read -r path; do [ -L "${path:17}" ] || say "$path"; done | sort)
  cut -c 18- <<< "$wanted" | tr '\n' '\0' | xargs -0r sha256sum 2> /dev/null | sed -E 's/^(.{16}).{48}  /\1 /' | sort |
    comm -23 <(say "$wanted") - | cut -c 18-
}

# Of the files that were deployed those that are not shared: these are data.
backend_own_files() {
  awk 'sub(/^shared: /, "") { shared[$0] }
    sub(/^file: /, "") { path = substr($0, 18); for (folder in shared) if (path == folder || index(path, folder "/") == 1) next; print }' "$APPLIED/$STEP"
}

# The applications as pm2 knows them, in JSON: see pm2.cjs.
backend_pm2() {
  local pid home said
  said=$(timeout 3 node --version 2>&1) || fact node-broken "$(tail -n 1 <<< "${said#timeout: }")"
  command -v pm2 > /dev/null || { fact pm2 absent; return; }
  pid=$(cat "$APP_HOME/.pm2/pm2.pid" 2> /dev/null)
  grep -qsF 'God Daemon' "/proc/${pid:-none}/cmdline" || pid=$(pgrep -o -u "$APP_USER" -f '^PM2 v.*God Daemon')
  [ -n "$pid" ] || { fact pm2 down; return; }
  fact pm2 up "$pid" "$(awk '$1 == "State:" { print $2 }' "/proc/$pid/status" 2> /dev/null)"
  home=$(dirname "$(dirname "$(readlink -f "$(command -v pm2)")")")
  timeout 5 runuser -u "$APP_USER" -- env -i -C / HOME="$APP_HOME" PATH="$PATH" node -e "$1" "$home" "$APP_HOME/.pm2/rpc.sock" 2> /dev/null |
    text applications
  [ "${PIPESTATUS[0]}" != 124 ] || fact pm2-silent
}

# `ended AGE CODE SIGNAL ID`: how often the backend's processes ended in the last ten minutes without being told to. AGE
# in seconds, ID as pm2 counts. What was told to stop has a line before it; each line that tells of a start by hand begins
# the count again.
backend_ends() {
  local now at code signal id
  now=$(date +%s)
  tail -n 2000 "$APP_HOME/.pm2/pm2.log" 2> /dev/null | awk -v app="$APP" -v since="$(date -d '10 minutes ago' +%FT%T)" '
    { time = substr($1, 1, 19) }
    # Its numbers begin again.
    /New PM2 Daemon started/ { split("", told); split("", ended); next }
    time < since { next }
    match($0, "Stopping app:" app " id:[0-9]+$") { id = $NF; sub(/^id:/, "", id); told[id] = 1; delete ended[id]; next }
    index($0, "App [" app ":") && / exited with code / {
      id = $0; sub(/^.*App \[[^\]]*:/, "", id); sub(/\].*/, "", id)
      if (id in told) { delete told[id]; next }
      code = $0; sub(/^.*code \[/, "", code); sub(/\].*/, "", code)
      signal = $0; sub(/^.*signal \[/, "", signal); sub(/\].*/, "", signal)
      ended[id] = ended[id] time " " code " " signal " " id "\n" }
    END { for (id in ended) printf "%s", ended[id] }' | sort | tail -n 50 |
    while read -r at code signal id; do fact ended "$((now - $(date -d "$at" +%s)))" "$code" "$signal" "$id"; done
}

# `process PID FILES LIMIT RSS_KB HARD_LIMIT`, of whoever listens where the backend should, or is called by pm2.
backend_processes() {
  local pid
  for pid in $(ss -Hltnp "sport = :$APP_PORT" | grep -oP 'pid=\K[0-9]+' | sort -u); do
    fact process "$pid" "$(find "/proc/$pid/fd" -mindepth 1 2> /dev/null | wc -l)" \
      "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2> /dev/null)" "$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status" 2> /dev/null)" \
      "$(awk '/^Max open files/ { print $5 }' "/proc/$pid/limits" 2> /dev/null)"
  done
}
