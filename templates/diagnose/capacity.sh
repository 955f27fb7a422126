# shellcheck shell=bash
# What the host may hold, and what the backend holds of it.

# `serves PID FILES LIMIT` of each process of the release in use: what pm2 started in its folder. `ports COUNT` that nginx may
# use for connections from one address to the backend. `expected COUNT`, where a number is.
capacity_facts() {
  local release pid
  release=$(readlink -f "/srv/$APP/current" 2> /dev/null)
  [ -z "$release" ] || for pid in $(pgrep -P "$(cat "$APP_HOME/.pm2/pm2.pid" 2> /dev/null || echo 0)"); do
    [ "$(readlink "/proc/$pid/cwd" 2> /dev/null)" != "$release" ] ||
      fact serves "$pid" "$(find "/proc/$pid/fd" -mindepth 1 2> /dev/null | wc -l)" "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2> /dev/null)"
  done
  fact ports "$(awk '{ print $2 - $1 + 1 }' /proc/sys/net/ipv4/ip_local_port_range)"
  fact expected "$(applied capacity expected-connections)"
}
