# shellcheck shell=bash
# The TCP ports by which operators get in: sshd's own, those of a socket that starts it, the one that this operator came
# by, and those of forwarders that others came by.

FIREWALL_FORWARDERS="$STATE/firewall/forwarders" # one port a line

firewall_ssh_ports() { firewall_find_ssh_ports; }

firewall_find_ssh_ports() {
  local ports
  ports=$({ firewall_sshd_ports; firewall_socket_ports; firewall_session_ports; firewall_others_ports; } | sort -un)
  [ -n "$ports" ] || fail "nothing tells on which port sshd listens" "is it running? systemctl status ssh"
  say "$ports"
}

# sshd's listener only: its sessions listen too, for forwarded ports. What is bound to loopback needs no rule.
firewall_sshd_ports() {
  local address process pid
  while read -r _ _ _ address _ process; do
    case "$address" in 127.* | '[::1]'*) continue ;; esac
    [[ $process = *'"sshd"'* ]] || continue
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

# The ports of forwarders by which operators came in before, for who comes in directly now must not shut them out. Where
# nothing listens any more, no operator gets in.
firewall_others_ports() {
  local port
  while read -r port; do
    ! ss -Hltn "sport = :$port" | awk '$4 !~ /^(127\.|\[::1\])/ { found = 1 } END { exit !found }' || say "$port"
  done < <(cat "$FIREWALL_FORWARDERS" 2> /dev/null || true) # no login came through one
}

# Once a run that may change the rules: by which port this operator came, where sshd itself does not listen.
firewall_remember_forwarder() {
  local ports
  ports=$({ firewall_session_ports; firewall_others_ports; } | sort -un | grep -vxF "$(firewall_sshd_ports; firewall_socket_ports)" || true) # none
  [ -n "$ports" ] || { rm -f "$FIREWALL_FORWARDERS"; return 0; }
  install -d -m 0700 "$STATE" "$STATE/firewall"
  say "$ports" > "$FIREWALL_FORWARDERS.new"
  mv -fT "$FIREWALL_FORWARDERS.new" "$FIREWALL_FORWARDERS"
}

# firewall_forwarder_ports PORT: where the process that dialled from this port listens itself, for others than loopback.
firewall_forwarder_ports() {
  local pid
  for pid in $(ss -Htnp state established "sport = :$1" | grep -oP 'pid=\K[0-9]+' | sort -u); do
    ss -Hltnp | grep -F "pid=$pid," | awk '{ print $4 }' | grep -vE '^(127\.|\[::1\])' | sed 's/.*://' || true # it may listen nowhere
  done
}
