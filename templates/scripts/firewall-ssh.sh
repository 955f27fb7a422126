# shellcheck shell=bash
# The TCP ports by which an operator gets in: sshd's own, those of a socket that starts it, and the one he came by.

firewall_ssh_ports() {
  local ports
  ports=$({ firewall_sshd_ports; firewall_socket_ports; firewall_session_port; } | sort -un)
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

# sudo drops SSH_CONNECTION ("client port server port"), the process that started it still has it.
firewall_session_port() {
  local pid=$$ connection
  while [ "$pid" -gt 1 ]; do
    connection=$(tr '\0' '\n' 2> /dev/null < "/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=//p' || true) # it may end meanwhile
    [ -z "$connection" ] || { say "${connection##* }"; return 0; }
    pid=$(sed -n 's/^PPid:\s*//p' "/proc/$pid/status")
  done
}
