# shellcheck shell=bash
# The machine: clock, disks, memory, open files, units that failed.

# With a fraction, so that a second of difference is not rounding.
host_clock() { fact clock "$(date +%s.%N)"; }

host_resources() {
  local step disks
  for step in "$APPLIED"/*; do [ ! -e "$step" ] || fact deployed "${step##*/}"; done
  disks=$(host_disks)
  say "$disks"
  host_big_files <<< "$disks"
  awk '$1 == "MemTotal:" { total = $2 } $1 == "MemAvailable:" { free = $2 } END { print "memory\t" total "\t" free }' /proc/meminfo
  awk '{ print "files\t" $1 "\t" $3 }' /proc/sys/fs/file-nr
  [ ! -r /proc/sys/net/netfilter/nf_conntrack_max ] ||
    fact conntrack "$(< /proc/sys/net/netfilter/nf_conntrack_count)" "$(< /proc/sys/net/netfilter/nf_conntrack_max)"
  [ -z "$(ip route show default; ip -6 route show default)" ] || fact route
  systemctl --failed --plain --no-legend --no-pager 2> /dev/null | awk '{ print "failed\t" $1 }'
}

# Where nginx, pm2 and the backend write. The same file system is told once: `disk MOUNT USED% FREE_KB INODES% ro|rw`.
host_disks() {
  df --output=target,pcent,avail,ipcent / /tmp /var/log/nginx "$APP_HOME/.pm2/logs" "/srv/$APP" "/srv/$APP/shared" 2> /dev/null |
    tail -n +2 | sort -u | awk '
      FILENAME != "-" { mode[$2] = $4 ~ /^ro(,|$)/ ? "ro" : "rw"; next }
      { gsub("%", ""); print "disk\t" $1 "\t" $2 "\t" $3 "\t" $4 "\t" mode[$1] }' /proc/self/mounts -
}

# Of a full disk, as host_disks told it: its largest files, `big MOUNT BYTES OWNER PATH`. Two seconds at most, since a disk
# may hold millions.
host_big_files() {
  local mount used path
  while read -r _ mount used _; do
    [ "$used" -ge 99 ] || continue
    timeout 2 find "$mount" -xdev -type f -size +100k -printf '%s\t%u\t%p\n' 2> /dev/null | sort -rn | head -n 3 | while IFS= read -r path; do say "big"$'\t'"$mount"$'\t'"$path"; done
  done
}

# Who listens: `listens ADDRESS:PORT PROCESS PID`, one line a process.
host_listeners() {
  ss -Hltnp | awk '{
    rest = $0
    if (rest !~ /users:/) print "listens\t" $4 "\t\t"
    while (match(rest, /\("[^"]*",pid=[0-9]+/)) {
      split(substr(rest, RSTART + 2, RLENGTH - 2), part, "\",pid=")
      print "listens\t" $4 "\t" part[1] "\t" part[2]
      rest = substr(rest, RSTART + RLENGTH)
    }
  }'
}

# Whose the ports of the service are: `owner PORT PID PM2 COMMAND`, PM2 is yes where pm2 started it.
host_port_owners() {
  local port pid
  for port in 80 443 "$APP_PORT"; do
    for pid in $(ss -Hltnp "sport = :$port" | grep -oP 'pid=\K[0-9]+' | sort -un | head -n 1); do
      [ -s "/proc/$pid/cmdline" ] || [ -e "/proc/$pid" ] || continue # gone by now
      fact owner "$port" "$pid" "$(host_is_pm2s "$pid")" "$(tr '\0' ' ' < "/proc/$pid/cmdline" | cut -c 1-60)"
    done
  done
}

# host_is_pm2s PID: pm2 itself listens for an application in cluster mode, the application or a child of it otherwise.
host_is_pm2s() {
  local pid=$1
  while [ "${pid:-0}" -gt 1 ]; do
    if grep -qsF 'God Daemon' "/proc/$pid/cmdline"; then say yes; return; fi
    pid=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status" 2> /dev/null)
  done
  say no
}

# The services that the backend needs, and the units that do their work: `service NAME LOAD ACTIVE SUB ENABLED`, the last for
# the one that is listed only; of one that does not run its last lines.
host_services() {
  local unit part enabled
  for unit in $(host_wanted_services); do
    enabled=$(systemctl is-enabled "$unit" 2> /dev/null)
    for part in $(service_units "$unit"); do
      fact service "$(service_name "$part")" "$(service_property "$part" LoadState)" "$(service_property "$part" ActiveState)" \
        "$(service_property "$part" SubState)" "$enabled"
      enabled=''
      service_runs "$part" || journalctl -u "$part" -n 6 -o cat --no-pager 2> /dev/null | text "journal of $(service_name "$part")"
    done
  done
}

host_wanted_services() { sed -n 's/^host-service: //p' "$APPLIED/packages" 2> /dev/null; }

# Units: `unit NAME ACTIVE SUB ENABLED`.
host_units() {
  local name
  for name in nginx ufw "pm2-$APP_USER"; do
    systemctl show -p ActiveState,SubState,UnitFileState --value "$name.service" | tr '\n' '\t' | awk -v name="$name" -F '\t' '{ print "unit\t" name "\t" $1 "\t" $2 "\t" $3 }'
  done
}
