# shellcheck shell=bash
# The processes of a host that was set up by hand: which one listens on a port, and what runs it. For the facts of a
# preview before the first release, and for `npm run take-over`, which runs without `set -e`.

# passed_ports < CONFIGURATION: ports of this host to which nginx passes: of `proxy_pass` and of the servers of an upstream.
passed_ports() {
  { grep -oE '^[[:space:]]*(proxy_pass|server)[[:space:]]+[^;{]+;|[{;][[:space:]]*proxy_pass[[:space:]]+[^;]+;' || true; } |
    { grep -oE ':[0-9]+' || true; } | tr -d : | sort -un
}

# process_of PORT: the process that listens there; nothing where none does. pm2's daemon holds the port of a cluster: then
# the process that was given the port, or one of its only application.
process_of() {
  local pid child children=()
  pid=$(ss -Hltnp "sport = :$1" 2> /dev/null | sed -nE 's/^[^=]*pid=([0-9]+).*/\1/p' | sed -n 1p)
  if is_pm2 "$pid"; then
    mapfile -t children < <(pgrep -P "$pid" || true) # it has none
    for child in "${children[@]}"; do
      [ "$(variable "$child" PORT)" != "$1" ] || { say "$child"; return 0; }
    done
    [ "$(for child in "${children[@]}"; do say "$(variable "$child" name)"; done | sort -u | wc -l)" != 1 ] || pid=${children[0]}
  fi
  say "$pid"
}

# is_pm2 PID: pm2's daemon.
is_pm2() { [[ $(tr '\0' ' ' 2> /dev/null < "/proc/${1:-none}/cmdline" || true) = 'PM2 '*'God Daemon'* ]]; } # it may have ended

# variable PID NAME: of the environment that the process was started with.
variable() { { sed -zn "/^$2=/{s///p;q}" "/proc/$1/environ" 2> /dev/null || true; } | tr -d '\0'; } # it may have ended

# in_container PID: as its cgroup says, of Docker, Podman, containerd or Kubernetes. A process on the host's own network listens
# itself; for another one it is docker-proxy that does. The host may be in a container, too: what is below its own cgroup counts.
in_container() {
  local own
  own=$(sed -nE 's|^[^/]*(.*)/init\.scope$|\1|p' /proc/1/cgroup | sed -n 1p)
  [ "$(cat "/proc/$1/comm" 2> /dev/null || true)" = docker-proxy ] || # it may have ended
    grep -qsE "^[^:]*:[^:]*:$own/(.*/)?((docker|libpod|cri-containerd|crio|nerdctl)-[^/]*\.scope|libpod-payload-|libpod_parent/|docker/|kubepods)" "/proc/$1/cgroup"
}

# manager_of PID: `pm2 NAME HOME`, `unit NAME`, `docker` (whatever runs the container), or `session`, separated by tabs.
manager_of() {
  local unit
  unit=$({ sed -nE 's|^.*/([^/]+\.service)$|\1|p' "/proc/$1/cgroup" 2> /dev/null || true; } | sed '/^user@/d' | sed -n 1p)
  if in_container "$1"; then say docker
  elif [ -n "$(variable "$1" pm_id)" ]; then printf '%s\t%s\t%s\n' pm2 "$(variable "$1" name)" "$(variable "$1" PM2_HOME)"
  elif [ -n "$unit" ]; then printf '%s\t%s\n' unit "$unit"
  else say session; fi
}

# node_version PID USER: asked as its own user, who may have put the file there; nothing where it is no Node.
node_version() {
  local program
  program=$(readlink "/proc/$1/exe" || true) # it may have ended
  [[ ${program##*/} != node ]] || timeout 5 runuser -u "$2" -- "$program" --version 2> /dev/null || true # of another libc
}

# connections_on PORT: how many clients it holds.
connections_on() { ss -Htn state established "sport = :$1" | wc -l; }

# command_of PID: its command line.
command_of() { { tr '\0' ' ' 2> /dev/null < "/proc/$1/cmdline" || true; } | cut -c -300; } # it may have ended
