# shellcheck shell=bash
# The command line, last in the bundle: one step, one verb, one run at a time.

usage() {
  say "usage: geo-system STEP {apply|check|undo}, STEP one of: ${STEPS[*]}" >&2
  exit 2
}

# Two runs on one host would interleave: the second waits for the first, at most ten minutes.
lock() {
  exec 9> /run/lock/geo-system
  flock -w 600 9 || fail "another run has held /run/lock/geo-system for ten minutes" "wait for it to end: sudo fuser -v /run/lock/geo-system"
}

result() {
  case "$1:$CHANGED" in
    check:yes) say 'differs'; exit 1 ;;
    *:yes) say 'applied' ;;
    *) say 'unchanged' ;;
  esac
}

read_applied() {
  [ -e "$STATE/applied/$STEP" ] || { say 'never applied on this host'; exit 1; }
  payload_read < "$STATE/applied/$STEP"
}

main() {
  STEP=${1-} verb=${2-}
  [[ " ${STEPS[*]} " == *" $STEP "* ]] || usage
  declare -F "${STEP}_$verb" > /dev/null || usage
  shift 2
  [ "$(id -u)" = 0 ] || { say "geo-system: run it as root: sudo geo-system $STEP $verb" >&2; exit 2; }
  lock
  case "$verb" in
    check) read_applied ;;
    undo) [ ! -e "$STATE/applied/$STEP" ] || read_applied ;;
    *) payload_read ;;
  esac
  "${STEP}_$verb" "$@"
  case "$verb" in
    apply) payload_keep ;;
    undo) rm -rf "$STATE/applied/$STEP" "$STATE/before/$STEP" ;;
  esac
  result "$verb"
}

main "$@"
