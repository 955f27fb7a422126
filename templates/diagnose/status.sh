# shellcheck shell=bash
# What `npm run status` shows beside the facts of a diagnosis. Sent instead of main.sh.

status_service() {
  fact since "$(status_since)"
  fact applied "$(stat -c '%Y' "$APPLIED/$STEP" 2> /dev/null)"
  fact errors "$(status_errors)"
  # Of process 1: a container's own start, where uptime tells the machine's.
  fact up "$(date -d "$(ps -o etimes= -p 1) seconds ago" '+%Y-%m-%d %H:%M:%S')"
  grep -a "verb=apply" /var/log/geo-system/journal 2> /dev/null | tail -n 1 | tr '\t' ' ' | while IFS= read -r line; do fact last-run "$line"; done
}

# When the release came into use: the payload is written again by an apply that changed nothing.
status_since() {
  local since
  since=$(sed -n 's/^since: //p' "/var/lib/geo-system/$STEP/current" 2> /dev/null)
  if [ -n "$since" ]; then date -d "$since" +%s
  else stat -c '%Y' "$APPLIED/$STEP" 2> /dev/null; fi
}

# nginx's errors since the last deployment: its lines carry their time.
status_errors() {
  local since
  since=$(status_since)
  since=$(date -d "@${since:-0}" '+%Y/%m/%d %H:%M:%S')
  awk -v since="$since" 'substr($0, 1, 19) >= since && /\[(error|crit|alert|emerg)\]/' /var/log/nginx/error.log 2> /dev/null | wc -l
}

# What the release wrote into its own folder, and what is kept of releases that went.
status_data() {
  local release
  release=$(basename "$(readlink "/srv/$APP/current" 2> /dev/null)")
  written "/srv/$APP/releases/$release" "/var/lib/geo-system/$STEP/installed/$release" summary | text written
  [ ! -d "/srv/$APP/kept" ] || fact kept "/srv/$APP/kept" "$(du -sb "/srv/$APP/kept" | cut -f 1)"
}

# `file-set PATH RELEASE DEPLOYED SINCE`: of the files of each route the release that is served, and since when.
status_file_sets() {
  local step set release
  for step in $(cd "$APPLIED" 2> /dev/null && find . -name 'file-set-*' ! -name '*.new' -printf '%f\n' | sort); do
    set=/var/www/geo-system/${step#file-set-}
    release=$(basename "$(readlink "$set/current" 2> /dev/null)")
    fact file-set "$(applied "$step" path)" "$release" "$(applied "$step" release)" "$(stat -c '%Y' "$set/releases/$release" 2> /dev/null)"
  done
}

main() {
  local pm2_program='' frames_program=''
  APP=$1 SITE=$2 SSH_PORT=${5:-22}
  IFS= read -r -d '' pm2_program || true # it ends with the zero byte or the input
  IFS= read -r -d '' frames_program || true # it ends with the input
  STEP=$(step_of "$APP")
  APP=$(applied "$STEP" name "$APP") SITE=$(applied site site "$SITE")
  APP_USER=$(applied "$STEP" user "${SUDO_USER:-$(id -un)}") APP_PORT=$(backend_port "$4")
  APP_HOME=$(getent passwd "$APP_USER" | cut -d : -f 6)
  host_clock
  exec 5< <(backend_pm2 "$pm2_program" 2> /dev/null) 6< <(sockets_held "$frames_program") 7< <(nginx_facts)
  host_resources
  host_listeners
  host_units
  host_services
  acme_facts
  firewall_facts
  backend_facts
  backend_ends
  capacity_facts
  status_service
  status_data
  status_file_sets
  cat <&5
  cat <&6
  cat <&7
  fact end
}

main "$@"
