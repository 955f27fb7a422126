# shellcheck shell=bash
# The TCP ports by which an operator gets in: sshd's own, those of a socket that starts it, and the one he came by.

firewall_ssh_ports() {
  local ports
  ports=$({ firewall_sshd_ports; firewall_socket_ports; firewall_session_ports; } | sort -un)
  [ -n "$ports" ] || fail "nothing tells on which port sshd listens" "is it running? systemctl status ssh"
  say "$ports"
}

# sshd's listener only: its sessions listen too, for forwarded ports. What is bound to loopback needs no rule.
firewall_sshd_ports() {
  local address process pid
  while read -r _ _ _ address _ process; do
    case "$address" in 127.* | '[::1]'*) continue ;; esac
    for pid in $(grep -oP '"sshd",pid=\K[0-9]+' <<< "$process" || true); do # none: another process listens there
      ! grep -qsF '[listener]' "/proc/$pid/cmdline" || say "${address##*:}"
    done
  done < <(ss -Hltnp)
}

# Since 22.10 Ubuntu's sshd is started by a socket of systemd, which alone knows the port until someone connects.
firewall_socket_ports() {
  local unit
  for unit in ssh.socket sshd.socket; do
    systemctl --quiet is-active "$unit" || continue
    systemctl show "$unit" --property=Listen | grep -oP '(?<!127\.0\.0\.1):\K[0-9]+(?= \(Stream\))' || true # on loopback only
  done
}

# The port by which this session came. Where something on this host handed it on to sshd (a forwarder such as sslh or
# systemd-socket-proxyd), sshd sees it come from the host itself: the operator's port is then one of the forwarder's.
firewall_session_ports() {
  local client port server at
  read -r client port server at < <(session_connection) || return 0 # no SSH session
  say "$at"
  [[ $client = "$server" || $client = 127.* || $client = ::1 ]] || return 0
  firewall_forwarder_ports "$port"
}

# firewall_forwarder_ports PORT: where the process that dialled from this port listens itself, for others than loopback.
firewall_forwarder_ports() {
  local pid
  for pid in $(ss -Htnp state established "sport = :$1" | grep -oP 'pid=\K[0-9]+' | sort -u); do
    ss -Hltnp | grep -F "pid=$pid," | awk '{ print $4 }' | grep -vE '^(127\.|\[::1\])' | sed 's/.*://' || true # it may listen nowhere
  done
}
