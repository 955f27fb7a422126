# shellcheck shell=bash
# The backend and pm2. pm2's own command line is not asked: it takes half a second, and starts a pm2 where none runs.

backend_facts() {
  local path
  fact backend "$APP" "$APP_USER" "$APP_PORT" "$APP_HOME"
  fact release "$(basename "$(readlink "/srv/$APP/current" 2> /dev/null)")" "$(applied backend release)"
  fact environment "$(basename "$(readlink "/srv/$APP/secret.env" 2> /dev/null)")" "$(cat /var/lib/geo-system/backend/generation 2> /dev/null)"
  backend_altered | while IFS= read -r path; do fact altered "$path"; done
  [ -e "/srv/$APP/secret.env" ] || [ ! -d "/srv/$APP" ] || fact no-secrets "/srv/$APP/secret.env"
  ! grep -qsE "\"name\": ?\"$APP\"" "$APP_HOME/.pm2/dump.pm2" || fact saved yes
  tail -n 30 "$APP_HOME/.pm2/logs/$APP-out.log" 2> /dev/null | text backend-log
  # What is older tells of another failure than this one.
  [ -z "$(find "$APP_HOME/.pm2/logs/$APP-error.log" -mmin -10 2> /dev/null)" ] ||
    tail -n 30 "$APP_HOME/.pm2/logs/$APP-error.log" | text backend-errors
}

# Files of the running release that are not what was deployed: the payload has the first 16 digits of their SHA-256.
# (Links are left out: what the payload has of them is where they lead.)
backend_altered() {
  local wanted path
  [ "$(readlink "/srv/$APP/current" 2> /dev/null)" = "releases/$(applied backend release)" ] || return
  cd "/srv/$APP/current/" || return
  wanted=$(sed -n 's/^file: //p' "$APPLIED/backend" | while IFS= read -r path; do [ -L "${path:17}" ] || say "$path"; done | sort)
  cut -c 18- <<< "$wanted" | tr '\n' '\0' | xargs -0r sha256sum 2> /dev/null | sed -E 's/^(.{16}).{48}  /\1 /' | sort |
    comm -23 <(say "$wanted") - | cut -c 18-
}

# The applications as pm2 knows them, in JSON: see pm2.cjs.
backend_pm2() {
  local pid home
  command -v pm2 > /dev/null || { fact pm2 absent; return; }
  pid=$(cat "$APP_HOME/.pm2/pm2.pid" 2> /dev/null)
  if [ -z "$pid" ] || ! grep -qsF 'God Daemon' "/proc/$pid/cmdline"; then fact pm2 down; return; fi
  fact pm2 up "$pid" "$(awk '$1 == "State:" { print $2 }' "/proc/$pid/status" 2> /dev/null)"
  home=$(dirname "$(dirname "$(readlink -f "$(command -v pm2)")")")
  timeout 5 runuser -u "$APP_USER" -- env -i -C / HOME="$APP_HOME" PATH="$PATH" node -e "$1" "$home" "$APP_HOME/.pm2/rpc.sock" 2> /dev/null |
    text applications
  [ "${PIPESTATUS[0]}" != 124 ] || fact pm2-silent
}

# `process PID FILES LIMIT RSS_KB`, of whoever listens where the backend should, or is called by pm2.
backend_processes() {
  local pid
  for pid in $(ss -Hltnp "sport = :$APP_PORT" | grep -oP 'pid=\K[0-9]+' | sort -u); do
    fact process "$pid" "$(find "/proc/$pid/fd" -mindepth 1 2> /dev/null | wc -l)" \
      "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2> /dev/null)" "$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status" 2> /dev/null)"
  done
}
