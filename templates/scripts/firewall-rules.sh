# shellcheck shell=bash
# ufw's rules, read where it keeps them: one line `### tuple ### action protocol port to port from direction` a rule, in
# the order in which they are asked. `ufw status` tells the same to people, in a form that is hard to read back.

FIREWALL_COMMENT=geo-system
FIREWALL_COMMENT_HEX=67656f2d73797374656d # as ufw keeps it

# firewall_tuples 4|6
firewall_tuples() { sed -n 's/^### tuple ### //p' "/etc/ufw/user${1/4/}.rules"; }

# firewall_verdict PORT/PROTOCOL 4|6 [others]: the first rule that decides about a connection from anywhere, such as
# `allow 22/tcp`; nothing when none does. Rules for some addresses or one interface decide about others.
# With `others` as if there were no rules of ours.
firewall_verdict() {
  if [ "$2" = 6 ] && ! firewall_has_ipv6; then say "allow: ufw leaves IPv6 alone"; return 0; fi
  awk -v port="${1%/*}" -v protocol="${1#*/}" -v skip="${3:+comment=$FIREWALL_COMMENT_HEX}" '
    function covers(ports,   part, count, i, range) {
      if (ports == "any") return 1
      count = split(ports, part, ",")
      for (i = 1; i <= count; i++) {
        if (split(part[i], range, ":") == 1) range[2] = range[1]
        if (range[1] + 0 <= port + 0 && port + 0 <= range[2] + 0) return 1
      }
      return 0
    }
    function anywhere(address) { return address == "0.0.0.0/0" || address == "::/0" }
    !sub(/^### tuple ### /, "") || (skip != "" && $NF == skip) { next }
    {
      direction = $NF ~ /^comment=/ ? $(NF - 1) : $NF
      if (direction != "in" || ($2 != "any" && $2 != protocol) || !anywhere($4) || !anywhere($6) || $5 != "any") next
      if (!covers($3)) next
      sub(/_log.*/, "", $1)
      print $1, $3 ($2 == "any" ? "" : "/" $2)
      exit
    }' "/etc/ufw/user${2/4/}.rules"
}

# As ufw itself asks.
firewall_has_ipv6() {
  local line
  has_ipv6 || return 1
  while IFS= read -r line; do [[ ${line,,} != ipv6=yes* && ${line,,} != 'ipv6="yes'* ]] || return 0; done < /etc/default/ufw
  return 1
}

firewall_verdicts() {
  firewall_verdict "$1" 4
  firewall_verdict "$1" 6
}

# The rules with our comment: `port/protocol destination`, one a line; `any` is IPv4 and IPv6 at once.
firewall_ours() {
  { firewall_tuples 4; firewall_tuples 6; } | awk -v comment="comment=$FIREWALL_COMMENT_HEX" '
    $NF == comment { rule = $3 "/" $2; if (rule in to) to[rule] = "any"; else to[rule] = $4 }
    END { for (rule in to) print rule, to[rule] }' | sort -n
}

# As `ufw status` finds out, which takes ten times as long: are all of its chains there?
firewall_state() {
  local rules chain
  rules=$(iptables -S 2> /dev/null && { ! firewall_has_ipv6 || ip6tables -S 2> /dev/null; }) || { firewall_told_state; return 0; } # busy, or not there
  for chain in ufw-user-{input,output,forward} $(! firewall_has_ipv6 || say ufw6-user-{input,output,forward}); do
    [[ $rules = *"-N $chain"* ]] || { say inactive; return 0; }
  done
  say active
}

firewall_told_state() { if [[ $(ufw status) = "Status: active"* ]]; then say active; else say inactive; fi; }

firewall_default() {
  case "$(sed -n 's/^DEFAULT_INPUT_POLICY="\?\([A-Z]*\)"\?$/\1/p' /etc/default/ufw)" in
    ACCEPT) say allow ;;
    REJECT) say reject ;;
    *) say deny ;;
  esac
}
