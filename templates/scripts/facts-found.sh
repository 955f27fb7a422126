# shellcheck shell=bash
# The facts of a host on which no release runs yet: what serves there, what holds the ports that a release needs, and what
# stays beside it. `found PORT base64` of lines `key=value`, with EMPTY for an application that listens on none of them;
# `found-taken STEP PORT` of the one in whose place the release comes.

facts_found() {
  local configuration='' port pid seen=()
  ! facts_is_set_up || return 0
  ! command -v nginx > /dev/null || configuration=$(nginx -T 2> /dev/null || true) # where it refuses, the trial of the site says why
  [ -z "$configuration" ] || fact found-nginx "$(head -c 2000000 <<< "$configuration" | encoded)"
  ! site_has_welcome "$NGINX" || fact found-welcome
  for port in $(facts_found_ports <<< "$configuration"); do
    pid=$(process_of "$port")
    [ -n "$pid" ] || continue
    seen+=("$pid")
    fact found "$port" "$(facts_found_process "$pid" "$port" | encoded)"
  done
  facts_backends facts_taken
  for pid in $(facts_pm2_applications); do
    [[ " ${seen[*]-} " = *" $pid "* ]] || fact found "$EMPTY" "$(facts_found_process "$pid" | encoded)"
  done
  facts_boot_units
}

# facts_found_ports < CONFIGURATION: those to which nginx passes, and those that are wanted.
facts_found_ports() { { passed_ports; say 80; say 443; facts_backends facts_wanted_ports; } | sort -un; }

# The application on a port of the first release that the `up` ends at its deadline, and its data.
facts_taken() {
  local port
  [ -e "$FACTS/wanted/$BACKEND_STEP" ] || return 0
  payload_read < "$FACTS/wanted/$BACKEND_STEP"
  APP=$(setting name) APP_USER=$(setting user) APP_ROOT="/srv/$APP"
  APP_HOME=$(getent passwd "$APP_USER" | cut -d : -f 6 || true) # the step itself says that there is none
  TAKEN_SITE="$FACTS/wanted/site" TAKEN_NAMED=$(setting take-over '')
  port=$(taken_port)
  [ -z "$port" ] || fact found-taken "$BACKEND_STEP" "$port"
  facts_taken_data
}

# `found-data STEP SOURCE PATH WHAT BYTES`: what of its data comes along, or cannot; see backend-data.sh.
facts_taken_data() {
  local source path named what
  backend_read_shared
  DATA_PROCESS=$(data_process)
  while IFS=$'\t' read -r source path named; do
    what=$(data_state "$source" "$path")
    [[ $named = yes || $what != missing ]] || continue
    fact found-data "$BACKEND_STEP" "$source" "$path" "$what" "$(data_bytes "$source")" "$named"
  done < <(data_wanted)
}

# facts_found_process PID [PORT]
facts_found_process() {
  local user name home manager parts
  IFS=$'\t' read -r manager name home < <(manager_of "$1")
  user=$(stat -c %U "/proc/$1" 2> /dev/null || true) # it may end meanwhile
  [ -n "$user" ] || return 0
  parts=(pid "$1" user "$user" folder "$(readlink "/proc/$1/cwd" || true)" program "$(cat "/proc/$1/comm" || true)"
    node "$(node_version "$1" "$user")" manager "$manager" name "$name" home "$home" command "$(command_of "$1")"
    connections "$([ $# -lt 2 ] || connections_on "$2")")
  printf '%s=%s\n' "${parts[@]//$'\n'/ }"
}

# What pm2 runs, of whichever user; not what those processes start in their turn.
facts_pm2_applications() {
  local pid
  for pid in $(pgrep -f '^PM2 .*God Daemon' || true); do pgrep -P "$pid" || true; done # none runs
}

# Units of `pm2 startup`, which start a user's applications at boot.
facts_boot_units() {
  local unit
  for unit in $(systemctl list-unit-files --state enabled --no-legend 'pm2-*.service' | cut -d ' ' -f 1); do
    fact found-boot "$unit" "$(systemctl show -P User "$unit")"
  done
}
