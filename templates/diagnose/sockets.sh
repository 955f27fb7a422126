# shellcheck shell=bash
# Who is connected to the backend, by the host's own sockets: whatever the backend logs, and whatever it speaks.

# `ports PORT …`: the backend's, the standby's, and what nginx's workers are connected to on this host.
sockets_ports() {
  {
    say "$APP_PORT"
    applied "$STEP" standby-port
    ss -Htnp state established | awk '/users:\(\("nginx"/ && $4 ~ /^(127\.|\[::1\]|\[::ffff:127\.)/ { sub(/.*:/, "", $4); print $4 }'
  } | grep -E '^[0-9]+$' | sort -un | tr '\n' ' '
}

# sockets_now PORTS: `LOCAL PEER PID PROCESS SENT RECEIVED LASTSENT LASTRECEIVED` of each established one on these ports; bytes, and
# milliseconds since.
sockets_now() {
  local filter
  filter=$(sed -E 's/ *$//; s/([0-9]+) /sport = :\1 or /g; s/([0-9]+)$/sport = :\1/' <<< "$1")
  ss -HOtnpi state established "( $filter )" | awk '
    function told(name) { return match($0, " " name ":[0-9]+") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : 0 }
    { pid = match($0, /pid=[0-9]+/) ? substr($0, RSTART + 4, RLENGTH - 4) : 0
      print $3, $4, pid, told("bytes_sent"), told("bytes_received"), told("lastsnd"), told("lastrcv") }'
}

# Two looks a second apart; in between the frames are counted, see frames.pl. Of what stood in both, for each process:
# `held PID PPID PORT SOCKETS OF_NGINX BYTES_SENT BYTES_RECEIVED LASTSENT LASTRECEIVED RELEASE`.
sockets_held() {
  local program=$1 ports before began nginx line pid
  ports=$(sockets_ports)
  began=$(date +%s%N)
  before=$(sockets_now "$ports")
  # shellcheck disable=SC2086 # several words
  timeout 5 perl - 1 $ports <<< "$program" 2> /dev/null || sleep 1
  nginx=$(ss -Htnp state established | awk '/users:\(\("nginx"/ { print $3 }')
  fact held-for "$((($(date +%s%N) - began) / 1000000))"
  awk '
    FILENAME == ARGV[1] { ours[$1]; next }
    FILENAME == ARGV[2] { sent[$1 " " $2] = $4; received[$1 " " $2] = $5; next }
    { pair = $1 " " $2 }
    pair in sent {
      port = $1; sub(/.*:/, "", port); key = $3 " " port
      count[key]++; if ($2 in ours) of_nginx[key]++
      out[key] += $4 - sent[pair]; in_[key] += $5 - received[pair]
      if (!(key in last_out) || $6 < last_out[key]) last_out[key] = $6
      if (!(key in last_in) || $7 < last_in[key]) last_in[key] = $7 }
    END { for (key in count) print key, count[key], of_nginx[key] + 0, out[key] + 0, in_[key] + 0, last_out[key], last_in[key] }
  ' <(say "$nginx") <(say "$before") <(sockets_now "$ports") | while read -r pid line; do
    # shellcheck disable=SC2086 # several words
    fact held "$pid" "$(ps -o ppid= -p "$pid" | tr -d ' ')" $line "$(basename "$(readlink "/proc/$pid/cwd" 2> /dev/null)")"
  done
}
