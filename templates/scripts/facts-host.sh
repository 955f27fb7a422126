# shellcheck shell=bash
# The facts of the machine itself.

facts_host() {
  ss -Hltnp > "$FACTS/listeners"
  fact machine "$(cut -c 1-8 /etc/machine-id)" "$(uname -n)"
  fact time "$(date +%s)"
  if has_ipv6; then fact ipv6 yes; else fact ipv6 no; fi
  if command -v nginx > /dev/null && site_has_brotli; then fact brotli yes; else fact brotli no; fi
  facts_command
  facts_node
  facts_disks
  facts_addresses
  facts_listeners
  facts_workers
  facts_exposed
  facts_user
  facts_backends facts_backend
  facts_backends facts_environment
  facts_resent
  facts_certificate
  facts_run
}

facts_node() {
  local version
  version=$(node_version_of "$(command -v node || true)") # PATH begins with /usr/local
  fact node "${version:-$EMPTY}"
}

# How often an archive was sent again, by the step that takes it up.
facts_resent() {
  local count
  facts_backends facts_resent_backend
  for count in "$FILE_SET_SUMS"/*/resent; do
    [ ! -e "$count" ] || fact resent "file-set-$(basename "${count%/*}")" "$(< "$count")"
  done
}

facts_resent_backend() { fact resent "$BACKEND_STEP" "$(backend_resent)"; }

facts_command() {
  local path=/usr/local/sbin/geo-system uploads
  uploads=$(facts_access "$(getent passwd "${SUDO_USER-root}" | cut -d : -f 6)/.geo-system")
  [ "$uploads" != "$EMPTY" ] || uploads=none
  fact command "$(facts_sum "$path")" "$(facts_options command)" "$(facts_access "$path")" "$uploads"
}

# facts_access PATH: its owner and mode.
facts_access() { stat -L -c '%U:%G %04a' "$1" 2> /dev/null || say "$EMPTY"; }

facts_sum() { if [ -f "$1" ]; then sha256sum < "$1" | cut -c 1-64; else say "$EMPTY"; fi; }

# Free space in KiB, where the package writes.
facts_disks() {
  local path free paths=()
  for path in / /srv /var /opt; do [ ! -d "$path" ] || paths+=("$path"); done
  for path in "${paths[@]}"; do
    read -r free
    fact disk "$path" "$free"
  done < <(df --output=avail -k "${paths[@]}" | tail -n +2)
}

facts_addresses() {
  local address
  for address in $(ip -o addr show scope global | awk '{ sub(/\/.*/, "", $4); print $4 }'); do fact address "$address"; done
}

# Who listens on TCP, and how many connections each port holds right now.
facts_listeners() {
  local port process
  while read -r port process; do fact listener "$port" "$process"; done < <(
    awk '{ port = $4; sub(/.*:/, "", port); name = "?"; if (match($0, /\(\("[^"]*"/)) name = substr($0, RSTART + 3, RLENGTH - 4); print port, name }' "$FACTS/listeners" | sort -u
  )
  while read -r process port; do fact connections "$port" "$process"; done < <(
    ss -Htn state established | awk '{ port = $3; sub(/.*:/, "", port); count[port]++ } END { for (port in count) print count[port], port }'
  )
}

# `exposed PORT HOW PROCESS`
facts_exposed() {
  local port how process
  # shellcheck disable=SC2046 # several words
  while read -r port how process; do fact exposed "$port" "$how" "$process"; done < <(
    firewall_exposed $(firewall_ssh_ports 2> /dev/null) | head -n 20
  )
}

# `workers OLD OLD_CONNECTIONS OLD_KIB CURRENT CONNECTIONS KIB`: nginx's workers that reloads have replaced, and those that the
# next one would. Nothing where no reload has left any.
facts_workers() {
  local old current clients
  mapfile -t old < <(site_old_workers)
  [ "${#old[@]}" -gt 0 ] || return 0
  mapfile -t current < <(pgrep -f '^nginx: worker process *$' || true) # none while they start
  clients=$(site_worker_clients)
  fact workers "${#old[@]}" "$(facts_clients "$clients" "${old[@]}")" "$(site_worker_memory "${old[@]}")" \
    "${#current[@]}" "$(facts_clients "$clients" "${current[@]}")" "$(site_worker_memory "${current[@]}")"
}

# facts_clients LINES PID …: how many connections these hold together.
facts_clients() { awk -v pids=" ${*:2} " 'index(pids, " " $1 " ") { sum += $2 } END { print sum + 0 }' <<< "$1"; }

# The backend's user, whose home stands in files that the payload leaves open.
facts_user() {
  local name entry
  name=$(facts_backends facts_wanted_user | sed -n 1p)
  entry=$(getent passwd "${name:-$SUDO_USER}" || true) # the step itself says that there is none
  [ -z "$entry" ] || fact user "${entry%%:*}" "$(cut -d : -f 6 <<< "$entry")" "$(id -gn "${entry%%:*}")"
}

# facts_wanted_backend SETTING: of the payload that is wanted; nothing where none is.
facts_wanted_backend() {
  local line
  [ -e "$FACTS/wanted/$BACKEND_STEP" ] || return 0
  while IFS= read -r line; do
    [[ $line != "==> "* ]] || break
    [[ $line != "$1: "* ]] || { say "${line#"$1: "}"; break; }
  done < "$FACTS/wanted/$BACKEND_STEP"
}

facts_wanted_user() { facts_wanted_backend user; }

# The two sets of ports.
facts_wanted_ports() {
  local line
  [ -e "$FACTS/wanted/$BACKEND_STEP" ] || return 0
  while IFS= read -r line; do
    [[ $line != "==> "* ]] || break
    [[ $line != port:* && $line != standby-port:* ]] || say "${line#*: }"
  done < "$FACTS/wanted/$BACKEND_STEP"
}

# The backend as it runs: the set of ports it is on, and whether it asks its clients to reconnect in a release. Of what
# else listens on one of its ports: who does.
facts_backend() {
  local name user home pm2 port pid processes=() ours=()
  name=$(facts_wanted_backend name) user=$(facts_wanted_backend user)
  [ -n "$name" ] || return 0
  home=$(getent passwd "$user" | cut -d : -f 6 || true) # the step itself says that there is none
  pm2=$(cat "$home/.pm2/pm2.pid" 2> /dev/null || say 0)
  mapfile -t processes < <(facts_processes "$pm2" "$name")
  # A release that still proved itself when its run was cut off.
  mapfile -t ours < <(facts_processes "$pm2" "$name-standby")
  ours+=("${processes[@]}")
  fact backend "$BACKEND_STEP" "$(backend_set)" "$(facts_asks "${processes[@]}")" "$(backend_ports_in_use | grep . || say "$EMPTY")"
  for port in $(facts_wanted_ports); do
    for pid in $(facts_listening "$port"); do
      facts_descends "$pid" "$pm2" "${ours[@]}" || facts_foreign "$port" "$pid"
    done
  done
}

# facts_listening PORT: the processes that do.
facts_listening() {
  local address rest seen=' '
  while read -r _ _ _ address rest; do
    [[ $address = *":$1" ]] || continue
    while [[ $rest =~ pid=([0-9]+)(.*) ]]; do
      rest=${BASH_REMATCH[2]}
      [[ $seen = *" ${BASH_REMATCH[1]} "* ]] || say "${BASH_REMATCH[1]}"
      seen+="${BASH_REMATCH[1]} "
    done
  done < "$FACTS/listeners"
}

# facts_foreign PORT PID: also what runs it, by which a person ends it; before the first release facts-found.sh tells that.
facts_foreign() {
  fact foreign "$1" "$(ps -o comm= -p "$2"), process $2 of $(ps -o user= -p "$2")"
  ! facts_is_set_up || fact found "$1" "$(facts_found_process "$2" "$1" | encoded)"
}

# facts_processes PM2 NAME: what this pm2 started under that name. In cluster mode the name comes in a JSON.
facts_processes() {
  local pid
  for pid in $(pgrep -P "$1" || true); do # none runs
    ! grep -zqsE "^name=$2\$|\"name\":\"$2\"" "/proc/$pid/environ" || say "$pid"
  done
}

# facts_asks PID …: yes where a Node listens for SIGWINCH, no where nothing does. Other runtimes (Go's) handle every
# signal, so that nothing can be said of them.
facts_asks() {
  local pid name value caught program answer=$EMPTY
  for pid; do
    caught=0
    while read -r name value; do [ "$name" != SigCgt: ] || caught=$value; done 2> /dev/null < "/proc/$pid/status" || true # it has just ended
    program=$(readlink "/proc/$pid/exe" || true)
    if (((16#$caught >> 27 & 1) == 0)); then answer=no
    elif [[ ${program##*/} != node* ]]; then answer=unknown
    else answer=yes; fi
    [ "$answer" = yes ] || break
  done
  say "$answer"
}

# facts_descends PID PM2 PROCESS …: is it one of these, or was it started by one? In cluster mode pm2 itself listens.
facts_descends() {
  local pid=$1
  [ "$pid" != "$2" ] || [ $# -eq 2 ] || return 0
  while [ "$pid" -gt 1 ]; do
    [[ " ${*:3} " != *" $pid "* ]] || return 0
    pid=$(session_parent "$pid")
  done
  return 1
}

# Of the secret environment only a sum leaves the host, inside SSH, and is never shown.
facts_environment() {
  local name file sum=$EMPTY generation=''
  name=$(facts_wanted_backend name)
  [ -n "$name" ] || return 0
  [ ! -e "$BACKEND_STATE/secret.sum" ] || read -r sum generation < "$BACKEND_STATE/secret.sum"
  # A version before this one wrote the sum alone.
  file="/srv/$name/$(facts_secret_file "/srv/$name" "environments/${generation:-$(backend_latest_generation)}")"
  fact environment "$BACKEND_STEP" "$(facts_options "$BACKEND_STEP-environment")" "$(facts_sum "$file")" "$sum" "$(facts_access "$file")"
}

# facts_secret_file ROOT SENT: the file that must be what was sent last. Until a release with it is in use, secret.env
# leads to the text before, or is not there yet.
facts_secret_file() {
  local link
  link=$(readlink "$1/secret.env" || true) # not there yet, or a file put there by hand
  if [[ $link = environments/* && $link != "$2" ]]; then say "$2"
  elif [ ! -e "$1/secret.env" ] && { [ "$(current environment)" != "$2" ] || [ -d "$HANDOVER" ]; }; then say "$2"
  else say secret.env; fi
}

facts_certificate() {
  local said sum
  said=$(openssl x509 -in "$CERTIFICATE_LINK/fullchain.pem" -noout -fingerprint -sha256 -enddate 2> /dev/null) || return 0
  sum=${said%%$'\n'*} sum=${sum#*=} sum=${sum//:/}
  fact certificate "${sum,,}" "$(date -d "${said##*notAfter=}" +%s)"
}

# Whose this host is, and who is at work on it now. Read in the kernel's list: whoever tries a lock holds it for a moment.
facts_run() {
  local inode
  [ ! -s "$OWNER" ] || fact owner "$(< "$OWNER")"
  inode=$(stat -c '%i' "$RUN/lock" 2> /dev/null) || return 0
  ! awk -v end=":$inode\$" '$2 == "FLOCK" && $6 ~ end { found = 1 } END { exit !found }' /proc/locks || fact running "$(encoded < "$RUN/lock")"
}
