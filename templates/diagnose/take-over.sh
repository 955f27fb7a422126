# shellcheck shell=bash
# What `npm run take-over` reads on a host that was set up by hand: nginx's configuration, and each process that nginx
# passes to. Sent behind head.sh instead of main.sh.

# Largest environment that is sent, in bytes.
LONGEST_ENVIRONMENT=100000

# Ports of this host in the configuration on stdin: of `proxy_pass` and of the servers of an upstream.
passed_ports() {
  grep -oE '^[[:space:]]*(proxy_pass|server)[[:space:]]+[^;{]+;|[{;][[:space:]]*proxy_pass[[:space:]]+[^;]+;' | grep -oE ':[0-9]+' | tr -d : | sort -un
}

# process_of PORT: who listens there. pm2's daemon holds the port of a cluster: then the process that was told the port, or its only one.
process_of() {
  local pid child children=()
  pid=$(ss -Hltnp "sport = :$1" 2> /dev/null | grep -oE 'pid=[0-9]+' | head -n 1 | cut -d = -f 2)
  [ -n "$pid" ] || return 1
  if tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q '^PM2 .*God Daemon'; then
    mapfile -t children < <(pgrep -P "$pid")
    for child in "${children[@]}"; do
      [ "$(variable "$child" PORT)" != "$1" ] || { say "$child"; return; }
    done
    [ "${#children[@]}" != 1 ] || pid=${children[0]}
  fi
  say "$pid"
}

# variable PID NAME: of the environment that the process was started with.
variable() { tr '\0' '\n' < "/proc/$1/environ" 2> /dev/null | sed -n "s/^$2=//p" | head -n 1; }

# manager_of PID: `pm2 NAME HOME`, `unit NAME`, `docker`, or `session`.
manager_of() {
  local unit
  unit=$(grep -oE '[^/]+\.service$' "/proc/$1/cgroup" | grep -v '^user@' | head -n 1)
  if [ -n "$(variable "$1" pm_id)" ]; then fact manager "$1" pm2 "$(variable "$1" name)" "$(variable "$1" PM2_HOME)"
  elif [ "$(cat "/proc/$1/comm")" = docker-proxy ]; then fact manager "$1" docker
  elif [ -n "$unit" ]; then fact manager "$1" unit "$unit"
  else fact manager "$1" session; fi
}

# node_version PID USER: asked as its own user, who may have put the file there.
node_version() {
  local program
  program=$(readlink "/proc/$1/exe")
  [[ ${program##*/} != node ]] || runuser -u "$2" -- "$program" --version 2> /dev/null
}

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
  local pid user folder
  pid=$(process_of "$1") || { fact unheld "$1"; return; }
  user=$(stat -c %U "/proc/$pid") folder=$(readlink "/proc/$pid/cwd")
  fact process "$1" "$pid" "$user" "$folder" "$(node_version "$pid" "$user")" \
    "$(ss -Htn state established "sport = :$1" | wc -l)" "$(tr '\0' ' ' < "/proc/$pid/cmdline" | cut -c -300)"
  manager_of "$pid"
  text "environment of $pid" "$LONGEST_ENVIRONMENT" < "/proc/$pid/environ"
  # All that a home or the whole disk holds is no data of one program.
  [ "$folder" != / ] && [ "$folder" != "$(getent passwd "$user" | cut -d : -f 6)" ] || return 0
  data_of "$pid" "$folder"
  dotenv_of "$pid" "$folder"
}

main() {
  local configuration port
  configuration=$(nginx -T 2> /dev/null) || fact refused "$(nginx -t 2>&1 | head -n 1)"
  text configuration 2000000 <<< "$configuration"
  [ ! -e "$APPLIED/site" ] || fact ours
  for port in $(passed_ports <<< "$configuration"); do served "$port"; done
  fact end
}

main
