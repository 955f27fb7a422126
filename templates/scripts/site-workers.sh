# shellcheck shell=bash
# nginx's workers: those that take new connections, and old ones, which a reload has replaced. `diagnose` and `status` read
# them by the same lines.

# The workers of a master that take new connections; an old one has a longer name. None while they start.
site_workers() { pgrep -P "$1" -f '^nginx: worker process *$' || true; }

site_old_workers() { pgrep -f '^nginx: worker process is shutting down' || true; } # none is the usual case

# `PID CONNECTIONS` of each process of nginx: those of clients. An old worker listens no more, so the ports are those that
# any nginx listens on.
site_worker_clients() {
  ss -Htnap state listening state established | awk '
    !/\(\("nginx"/ { next }
    { port = $4; sub(/.*:/, "", port) }
    $1 == "LISTEN" { listens[port]; next }
    { rest = $0
      while (match(rest, /"nginx",pid=[0-9]+/)) {
        held[++n] = port " " substr(rest, RSTART + 12, RLENGTH - 12); rest = substr(rest, RSTART + RLENGTH) } }
    END { for (i = 1; i <= n; i++) { split(held[i], part, " "); if (part[1] in listens) count[part[2]]++ }
      for (pid in count) print pid, count[pid] }'
}

# site_worker_memory PID …: KiB that would be free without them. What they share with the master counts by its share.
site_worker_memory() {
  local pid
  for pid; do cat "/proc/$pid/smaps_rollup" 2> /dev/null || true; done | # it has ended meanwhile
    awk '$1 == "Pss:" { sum += $2 } END { print sum + 0 }'
}
