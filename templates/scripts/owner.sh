# shellcheck shell=bash
# Whose this host is: one WebSocketHost of one stack, `organization/project/stack/name`. A second one would undo the steps
# of the first without a word. Written by the first step of an `up`, gone with the last undo of a `destroy`.

OWNER="$STATE/owner"

# owner_settle WORD …: the words of the command line. A run by hand names no owner.
owner_settle() {
  local mine other
  mine=$(option for "$@")
  other=$(cat "$OWNER" 2> /dev/null || true) # no owner yet
  [ -n "$mine" ] && [ "$mine" != "$other" ] || return 0
  if [ -z "$other" ]; then [ "$VERB" = undo ] || owner_take "$mine"
  elif [ "$VERB" = undo ]; then
    say "this host now belongs to $other: what was applied for $mine is not undone"
    say unchanged
    exit 0
  else fail "this host belongs to $other, and not to $mine" "give it another host; or, to take it over: sudo rm $OWNER"; fi
}

owner_take() {
  install -d -m 0700 "$STATE"
  say "$1" > "$OWNER.new"
  mv -fT "$OWNER.new" "$OWNER"
}
