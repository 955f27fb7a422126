# shellcheck shell=bash
# The command line, last in the bundle: one step, one verb, one run at a time.

usage() {
  say "usage: geo-system STEP {apply|check|undo}, STEP one of: ${STEPS[*]}" >&2
  exit 2
}

# A lost connection must not stop a step half-way. The output goes through `tee -p`, which reads on when no process takes
# what it writes: a closed pipe would end apt in the middle of a package.
outlive_connection() {
  trap '' HUP
  exec > >(exec tee -p /dev/null)
  RELAYS=($!)
  exec 2> >(exec tee -p /dev/null >&2)
  RELAYS+=($!)
}

finish() {
  journal_end
  # Once it had its turn.
  [ -z "$JOURNAL_LINE" ] || [[ $(step_kind "$STEP"):$RESULT != backend:failed || $VERB != @(apply|environment) ]] || backend_abandon
  [ -z "$JOURNAL_LINE" ] || [[ $STEP:$VERB:$RESULT != acme:apply:failed ]] || site_wait_ends
  rm -rf "$PAYLOAD"
  close_output
  wait "${RELAYS[@]}" || true # a relay that lost its reader has nothing left to do
}

# A relay ends with its last writer. A run that ended within a redirection also holds the copies of its output that bash
# puts aside meanwhile, on descriptors from 10 on; 255 is this script.
close_output() {
  local descriptor
  exec >&- 2>&-
  for descriptor in "/proc/$$/fd"/[1-9][0-9]*; do
    descriptor=${descriptor##*/}
    [ "$descriptor" = 255 ] || exec {descriptor}>&-
  done
}

# The host's own way out, which sudo drops: proxies, private certificates, its npm registry.
read_environment() {
  local line name
  while IFS= read -r line; do
    line=${line#export }
    name=${line%%=*}
    [[ $name =~ ^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|[Nn][Pp][Mm]_[A-Za-z_]+|[A-Za-z]+_(proxy|PROXY))$ ]] || continue
    [ -z "${!name-}" ] || continue
    export "$name=$(sed -E "s/^([\"'])(.*)\1\$/\2/" <<< "${line#*=}")"
  done < <(cat /etc/environment 2> /dev/null)
  # An official npm looks for its global settings beside node; a host keeps them here, as Debian's npm does.
  [ ! -e /etc/npmrc ] || export npm_config_globalconfig="${npm_config_globalconfig-/etc/npmrc}"
}

result() {
  if [ "$CHANGED" = yes ]; then RESULT=applied; else RESULT=unchanged; fi
  case "$1:$CHANGED" in
    check:yes) say 'differs'; exit 1 ;;
    *:yes) say "applied$LEFT" ;;
    *) say "unchanged$LEFT" ;;
  esac
}

# The text at hand, before anything else: the connection may not last.
receive() {
  payload_read
  payload_expect_whole
}

# What all others work from: what was applied last. Undo works without any (an apply that failed half-way left
# none): every setting is then empty, and what was kept tells what to give back.
recall() {
  local applied="$STATE/applied/$STEP"
  case "$VERB:$([ ! -e "$applied" ] || say there)" in
    apply:* | environment:*) ;;
    *:there) payload_read < "$applied" ;;
    check: | rollback: | instances: | renew:) say 'never applied on this host'; exit 1 ;;
    *:) payload_read < /dev/null ;;
  esac
}

remember() {
  case "$VERB" in
    apply)
      payload_keep
      unfinished_forget
      ;;
    undo)
      unfinished_forget
      rm -rf "$STATE/applied/$STEP" "$STATE/before/$STEP"
      options_forget
      # Nothing is left of the package once the last step is undone.
      rmdir --ignore-fail-on-non-empty "$STATE/applied" "$STATE/before" "$STATE" 2> /dev/null || true # may not be there
      ;;
  esac
}

main() {
  STEP=${1-} VERB=${2-}
  local kind action
  kind=$(step_kind "$STEP")
  [[ $STEP != file-set && " ${STEPS[*]} command " == *" $kind "* && " ${VERBS[*]} " == *" $VERB "* ]] || usage
  action="${kind//-/_}_${VERB//-/_}"
  [ "$kind" != backend ] || backend_names "$STEP"
  declare -F "$action" > /dev/null || usage
  shift 2
  [ "$(id -u)" = 0 ] || { say "geo-system: run it as root: sudo geo-system $STEP $VERB" >&2; exit 2; }
  outlive_connection
  trap finish EXIT
  read_environment
  ! run_has_payload || receive
  lock "$@"
  owner_settle "$@"
  up_settle "$@"
  journal_begin
  payload_forget_killed
  recall
  exec < /dev/null
  "$action" "$@" 9>&-
  remember
  options_keep "$@"
  result "$VERB"
}

main "$@"
