# shellcheck shell=bash
# What `npm run take-over` reads on a host that was set up by hand: nginx's configuration, and each process that nginx
# passes to. Sent behind head.sh and scripts/found.sh instead of main.sh.

# Largest environment that is sent, in bytes.
LONGEST_ENVIRONMENT=100000

# `data PID PATH BYTES WHY`: what beside the program the process writes, or is called as data is called.
data_of() {
  local pid=$1 folder=$2 since path name why
  since=$(($(date +%s) - $(ps -o etimes= -p "$pid")))
  for path in "$folder"/*; do
    name=${path##*/} why=''
    case $name in node_modules | package.json | package-lock.json | '*') continue ;; esac
    case $name in data | uploads | storage | media | files | db | *.db | *.sqlite | *.sqlite3) why=name ;; esac
    [ -z "$(find "$path" -name node_modules -prune -o -type f -newermt "@$((since + 1))" -print -quit 2> /dev/null)" ] || why=written
    [ -z "$why" ] || fact data "$pid" "$name" "$(du -sb "$path" 2> /dev/null | cut -f 1)" "$why"
  done
}

# `dotenv PID FILE NAME …`: a program may read such a file by itself. Names only.
dotenv_of() {
  local file names
  for file in "$2"/.env "$2"/.env.*; do
    [ -f "$file" ] || continue
    mapfile -t names < <(sed -nE 's/^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)[[:space:]]*=.*/\2/p' "$file")
    fact dotenv "$1" "${file##*/}" "${names[@]}"
  done
}

# served PORT: `process PORT PID USER FOLDER NODE CONNECTIONS COMMAND`, and what belongs to it.
served() {
  local pid user folder manager=()
  pid=$(process_of "$1")
  [ -n "$pid" ] || { fact unheld "$1"; return; }
  user=$(stat -c %U "/proc/$pid") folder=$(readlink "/proc/$pid/cwd")
  fact process "$1" "$pid" "$user" "$folder" "$(node_version "$pid" "$user")" "$(connections_on "$1")" "$(command_of "$pid")"
  IFS=$'\t' read -r -a manager < <(manager_of "$pid")
  fact manager "$pid" "${manager[@]}"
  text "environment of $pid" "$LONGEST_ENVIRONMENT" < "/proc/$pid/environ"
  # All that a home or the whole disk holds is no data of one program.
  [ "$folder" != / ] && [ "$folder" != "$(getent passwd "$user" | cut -d : -f 6)" ] || return 0
  data_of "$pid" "$folder"
  dotenv_of "$pid" "$folder"
}

# Without nginx: `absent`, and what has its ports instead, `holder PORT COMMAND`.
without_nginx() {
  local port pid
  fact absent
  for port in 80 443; do
    pid=$(process_of "$port")
    [ -z "$pid" ] || fact holder "$port" "$(command_of "$pid")"
  done
  fact end
}

main() {
  local configuration port
  command -v nginx > /dev/null || { without_nginx; return; }
  configuration=$(nginx -T 2> /dev/null) || fact refused "$(nginx -t 2>&1 | head -n 1)"
  text configuration 2000000 <<< "$configuration"
  [ ! -e "$APPLIED/site" ] || fact ours
  for port in $(passed_ports <<< "$configuration"); do served "$port"; done
  fact end
}

main
