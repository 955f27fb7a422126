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
  local line rule direction protocol=''
  if [ "$2" = 6 ] && ! firewall_has_ipv6; then say "allow: ufw leaves IPv6 alone"; return 0; fi
  while IFS= read -r line; do
    [[ $line = "### tuple ### "* ]] || continue
    read -ra rule <<< "${line#"### tuple ### "}"
    direction=${rule[-1]}
    [ -z "${3-}" ] || [ "$direction" != "comment=$FIREWALL_COMMENT_HEX" ] || continue
    [[ $direction != comment=* ]] || direction=${rule[-2]}
    [[ $direction = in && ${rule[1]} = @(any|"${1#*/}") && ${rule[4]} = any ]] || continue
    if ! firewall_is_anywhere "${rule[3]}" || ! firewall_is_anywhere "${rule[5]}" || ! firewall_covers "${rule[2]}" "${1%/*}"; then continue; fi
    [ "${rule[1]}" = any ] || protocol="/${rule[1]}"
    say "${rule[0]%%_log*} ${rule[2]}$protocol"
    return 0
  done < "/etc/ufw/user${2/4/}.rules"
}

firewall_is_anywhere() { [[ $1 = 0.0.0.0/0 || $1 = ::/0 ]]; }

# firewall_covers PORTS PORT: `any`, `22`, `80,443` or `6000:6010`.
firewall_covers() {
  local part
  [ "$1" != any ] || return 0
  for part in ${1//,/ }; do ((${part%:*} > $2 || $2 > ${part#*:})) || return 0; done
  return 1
}

# As ufw itself asks.
firewall_has_ipv6() {
  local line
  has_ipv6 || return 1
  while IFS= read -r line || [ -n "$line" ]; do [[ ${line,,} != ipv6=yes* && ${line,,} != 'ipv6="yes'* ]] || return 0; done < /etc/default/ufw
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
