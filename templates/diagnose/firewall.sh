# shellcheck shell=bash
# ufw, by the same reading of its rules as the step `firewall`: see templates/scripts/firewall-rules.sh.

# As `ufw status` finds out, without the quarter of a second that its Python takes.
firewall_is_active() { iptables -n -L ufw-user-input > /dev/null 2>&1; }

firewall_facts() {
  local port how process
  if ! command -v ufw > /dev/null; then fact ufw absent
  elif firewall_is_active; then fact ufw active "$(firewall_default)"
  else fact ufw inactive; fi
  if [ -r /etc/ufw/user.rules ]; then
    for port in 80 443 "$SSH_PORT"; do
      fact allows "$port" "$(firewall_verdict "$port/tcp" 4)" "$(firewall_verdict "$port/tcp" 6)"
      firewall_denials "$port"
    done
  fi
  # `exposed PORT HOW PROCESS`
  firewall_exposed "$SSH_PORT" | head -n 20 | while read -r port how process; do fact exposed "$port" "$how" "$process"; done
  firewall_other_rules | head -n 20 | while IFS= read -r port; do fact drops "$port"; done
}

# `denies PORT ACTION FROM`: what ufw refuses to some addresses only.
firewall_denials() {
  firewall_tuples 4 | awk -v port="$1" '
    $1 ~ /^(deny|reject|limit)/ && ($3 == port || $3 == "any") && ($2 == "tcp" || $2 == "any") && $6 != "0.0.0.0/0" { sub(/_log.*/, "", $1); print "denies\t" port "\t" $1 "\t" $6 }'
}

# What drops, rejects or turns packets aside and is not ufw's: rules by hand, of a cloud's image, of other programs.
firewall_other_rules() {
  local table
  iptables -S 2> /dev/null | grep -E -- '-A (INPUT|OUTPUT).* -j (DROP|REJECT)' || true # none is the usual case
  for table in raw mangle nat; do
    iptables -t "$table" -S 2> /dev/null | grep -E -- '-A (PREROUTING|OUTPUT|INPUT).* -j (DROP|REDIRECT|DNAT)' | sed "s/^/-t $table /"
  done
  command -v nft > /dev/null && nft list ruleset 2> /dev/null | awk '
    /^table/ { ours = $3 ~ /^(filter|raw|nat|mangle)$/ }
    !ours && /(drop|reject)/ { sub(/^[ \t]+/, ""); print }'
}
