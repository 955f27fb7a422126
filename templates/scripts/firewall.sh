# shellcheck shell=bash
# Step `firewall`: ufw lets SSH, HTTP and HTTPS in and denies the rest. SSH comes first, whatever happens next. Rules of
# others stay as they are: ours carry a comment, and a port that others opened already needs none.
#   firewall-ssh.sh     the ports by which an operator gets in
#   firewall-rules.sh   the rules as ufw keeps them
#   firewall-guard.sh   a change stays only when a new connection came in through it
#   firewall-restore.sh what happens to it else

firewall_apply() {
  local wanted
  command -v ufw > /dev/null || fail "ufw is not there" "sudo geo-system packages check"
  firewall_lock
  wanted=$(firewall_wanted)
  firewall_validate "$wanted"
  firewall_remember_forwarder
  firewall_open "$wanted"
  firewall_forget_others "$wanted"
  firewall_close
  firewall_settle
}

# The ports to open, `port/protocol` one a line, those of SSH first.
firewall_wanted() {
  local rule
  settings allow | sed -n 's/^ssh$/ssh/p' | while read -r rule; do firewall_ssh_ports; done | sed 's|$|/tcp|'
  settings allow | sed '/^ssh$/d'
}

# Everything that could go wrong is looked for before anything changes.
firewall_validate() {
  local rule verdict
  [[ $(setting confirm-within 60) =~ ^[1-9][0-9]{0,3}$ ]] || fail "confirm-within: expected seconds, found '$(setting confirm-within)'" "correct the payload"
  grep -qx ssh <<< "$(settings allow)" || fail "no rule for SSH: expected 'allow: ssh'" "correct the payload"
  [ "$(setting default)" = "deny incoming" ] || fail "default: expected 'deny incoming', found '$(setting default)'" "correct the payload"
  for rule in $1; do
    firewall_rule_is_sound "$rule" || fail "allow: expected 'ssh' or a port from 1 to 65535 with /tcp or /udp, found '$rule'" "correct the payload"
    verdict=$(firewall_verdicts "$rule")
    case "$verdict" in
      *deny* | *reject*)
        fail "a rule that others made keeps $rule closed: $(grep -E 'deny|reject' <<< "$verdict" | head -n 1)" \
          "delete it if nothing needs it: sudo ufw status numbered; sudo ufw delete NUMBER"
        ;;
      *limit*) say "$rule is open with a limit that others set: ufw turns an address away that connects six times in 30 seconds" ;;
    esac
  done
}

firewall_rule_is_sound() {
  [[ $1 =~ ^([0-9]{1,5})/(tcp|udp)$ ]] && ((10#${BASH_REMATCH[1]} >= 1 && 10#${BASH_REMATCH[1]} <= 65535))
}

# Once, before the first change: whether ufw was active, and what it did with packets that no rule names.
firewall_remember() {
  local before="$STATE/before/firewall"
  [ ! -e "$before/state" ] || return 0
  install -d -m 0700 "$STATE" "$STATE/before" "$before"
  say "$(firewall_state) $(firewall_default)" > "$before/state.new"
  mv -f "$before/state.new" "$before/state"
}

firewall_open() {
  local rule
  for rule in $1; do
    if [ -z "$(firewall_verdict "$rule" 4)" ] && [ -z "$(firewall_verdict "$rule" 6)" ]; then
      firewall_ufw allow "$rule" comment "$FIREWALL_COMMENT"
    elif [ -z "$(firewall_verdict "$rule" 4)" ]; then firewall_add_one "$rule" 0.0.0.0/0
    elif [ -z "$(firewall_verdict "$rule" 6)" ]; then firewall_add_one "$rule" ::/0
    else continue; fi
    changed "opened $rule"
  done
}

# For one of IPv4 and IPv6, where others opened the port in the other: that rule stays theirs.
firewall_add_one() { firewall_ufw allow proto "${1#*/}" to "$2" port "${1%/*}" comment "$FIREWALL_COMMENT"; }

# Rules of ours that are wanted no more.
firewall_forget_others() {
  local rule to
  while read -r rule to; do
    grep -qxF "$rule" <<< "$1" || firewall_delete "$rule" "$to"
  done < <(firewall_ours)
}

firewall_delete() {
  firewall_ufw delete allow proto "${1#*/}" to "$2" port "${1%/*}"
  changed "deleted our rule for $1"
}

firewall_close() {
  [ "$(firewall_default)" = deny ] || { firewall_ufw default deny incoming; changed "incoming is denied by default"; }
  [ "$(firewall_state)" = inactive ] || return 0
  firewall_change
  # A half-enabled firewall is worse than none; the failure reported is that of enabling.
  ufw --force enable > "$PAYLOAD/ufw.log" 2>&1 || { ufw disable > /dev/null || true; firewall_failed "enable"; } # may fail alike
  changed "enabled ufw"
}

firewall_ufw() {
  firewall_change
  ufw "$@" > "$PAYLOAD/ufw.log" 2>&1 || firewall_failed "$*"
}

# Before the first change of a run. Undo needs no way back: it opens before it deletes, a firewall that is off shuts
# nobody out, and the rule by which an operator gets in stays.
firewall_change() {
  [ "$VERB" = apply ] || return 0
  firewall_arm
  firewall_remember
}

firewall_failed() {
  cat "$PAYLOAD/ufw.log" >&2
  fail "ufw $1 failed" "sudo ufw status verbose; does this kernel have netfilter?"
}

firewall_check() {
  local rule wanted
  command -v ufw > /dev/null || { changed "ufw is not there"; return 0; }
  wanted=$(firewall_wanted)
  for rule in $wanted; do
    case "$(firewall_verdict "$rule" 4)" in
      allow* | limit*) [ -n "$(firewall_verdict "$rule" 6)" ] || changed "rule $rule is missing in ufw for IPv6" ;;
      '') changed "rule $rule is missing in ufw" ;;
      *) changed "rule $rule comes after another one: $(firewall_verdict "$rule" 4)" ;;
    esac
  done
  # Known to the next `pulumi up` as a difference, which applies the step again.
  [ ! -e "$GUARD/taken-back" ] || changed "the last change was taken back: $(sed -n 2p "$GUARD/taken-back")"
  [ "$(firewall_default)" = deny ] || changed "ufw's default for incoming is $(firewall_default), expected deny"
  [ "$(firewall_state)" = active ] || changed "ufw is inactive"
}

# Opens first and deletes afterwards, so that no one is locked out in between.
firewall_undo() {
  local state='' default='' rule to
  command -v ufw > /dev/null || return 0
  firewall_lock
  # An unconfirmed change: first back to what was before it, which is known to let operators in.
  ! mv -T "$GUARD/armed" "$GUARD/taking-back" 2> /dev/null || firewall_take_back "it was undone before a new connection confirmed it" --undo
  [ ! -e "$STATE/before/firewall/state" ] || read -r state default < "$STATE/before/firewall/state"
  if [ "$state" = inactive ] && [ "$(firewall_state)" = active ]; then
    firewall_ufw disable
    changed "disabled ufw, as it was before"
  fi
  if [ -n "$default" ] && [ "$(firewall_default)" != "$default" ]; then
    firewall_ufw default "$default" incoming
    changed "incoming is again: $default by default"
  fi
  while read -r rule to; do
    if firewall_lets_operator_in "$rule" "$to"; then
      say "kept our rule for $rule: ufw stays active, and no other rule lets everyone in by SSH (when yours does: sudo ufw delete allow $rule)"
    else firewall_delete "$rule" "$to"; fi
  done < <(firewall_ours)
  rm -rf "$GUARD"
}

# firewall_lets_operator_in RULE DESTINATION: does nothing else let an operator in? What was there before may be
# forgotten, and a rule that others had for SSH may have gone since: undo must not lock anybody out.
firewall_lets_operator_in() {
  local ports
  [ "$(firewall_state)" = active ] && [ "$(firewall_default)" != allow ] || return 1
  ports=$(firewall_ssh_ports) || stop
  grep -qxF "${1%/tcp}" <<< "$ports" || return 1
  case "$2" in
    0.0.0.0/0) ! firewall_others_allow "$1" 4 ;;
    ::/0) ! firewall_others_allow "$1" 6 ;;
    *) ! firewall_others_allow "$1" 4 || ! firewall_others_allow "$1" 6 ;;
  esac
}

firewall_others_allow() { [[ $(firewall_verdict "$1" "$2" others) = @(allow|limit)* ]]; }
