# shellcheck shell=bash
# Ports of the host that answer from outside although ufw was to keep them closed. Read by the facts of a preview and by
# `diagnose` alike; needs firewall-rules.sh.

# firewall_exposed SSH_PORT …: `PORT HOW PROCESS` a line, HOW one of
#   published   a rule of nat turns it to a container before ufw's rules are asked: they see what is for the host itself
#   open        it listens on more than the loopback, and ufw is not in force
firewall_exposed() {
  local port how process
  {
    firewall_published
    iptables -n -L ufw-user-input > /dev/null 2>&1 || firewall_listening
  } | sort -u | while read -r port how process; do
    [[ " 80 443 $* " != *" $port "* ]] || continue
    # Who opened it in ufw as well means it.
    [[ -r /etc/ufw/user.rules && $(firewall_verdict "$port/tcp" 4) =~ ^(allow|limit) ]] || printf '%s %s %s\n' "$port" "$how" "$process"
  done
}

# What engines publish for everybody; a rule for one address of the loopback is the host's own.
firewall_published() {
  { iptables -t nat -S; ip6tables -t nat -S; } 2> /dev/null | awk '
    / -p tcp / && / -j DNAT( |$)/ && !/ -d (127\.|::1)/ {
      for (i = 1; i < NF; i++) { if ($i == "--dport") port = $(i + 1); if ($i == "--to-destination") to = $(i + 1) }
      if (port ~ /^[0-9]+$/) print port, "published", to; port = ""; to = "" }' || true # no iptables
  # Engines that speak nftables themselves.
  { command -v nft > /dev/null && nft list ruleset; } 2> /dev/null | awk '
    / dnat / && match($0, /tcp dport [0-9]+/) && !/daddr (127\.|::1)/ {
      port = substr($0, RSTART + 10, RLENGTH - 10); to = $0; sub(/.* to /, "", to); sub(/ .*/, "", to); print port, "published", to }' || true # no nft
}

firewall_listening() {
  ss -Hltnp | awk '
    $4 !~ /^(127\.|\[::1\]|\[::ffff:127\.)/ {
      port = $4; sub(/.*:/, "", port); name = match($0, /\(\("[^"]*"/) ? substr($0, RSTART + 3, RLENGTH - 4) : "?"
      print port, "open", name }'
}
