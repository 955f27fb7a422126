# shellcheck shell=bash
# One run at a time on one host, whoever starts it: a step of `pulumi up`, an operator by hand, a rollback. The kernel
# frees the lock of a run that died, so nothing stale is left to be recognised.
# Between two steps of one `up` nothing is held: Pulumi lets one run work on a stack, and a host belongs to one stack.

LOCK_WAIT=600 # seconds

# What decides about a change of the firewall has a minute and cannot wait for others; firewall.sh has a lock for it.
run_is_alone() { [[ $STEP:$VERB != firewall:confirm && $STEP:$VERB != firewall:restore ]]; }

# Waits for the run before this one, at most ten minutes, and says for whom. The lock is descriptor 9; steps run with it
# closed, or a service they start would hold it for ever.
lock() {
  local held="$RUN/lock"
  run_is_alone || return 0
  install -d -m 0700 "$RUN"
  exec 9>> "$held"
  if ! flock -n 9; then
    say "waiting for another run: $(< "$held")"
    flock -w "$LOCK_WAIT" 9 || fail "another run has been at work for $LOCK_WAIT seconds: $(< "$held")" "wait for it to end, or end that process"
  fi
  say "$STEP $VERB of ${SUDO_USER-root}$(lock_client), process $$, since $(date '+%F %T')" > "$held"
}

lock_client() {
  local client
  read -r client _ < <(session_connection) || return 0 # no SSH session
  printf ' from %s' "$client"
}
