# shellcheck shell=bash
# One run at a time on one host, whoever starts it: a step of `pulumi up`, a rollback, a repair, an operator by hand. The
# next one is refused at once, with the name of the first, or waits if asked to (`--wait SECONDS`). The kernel
# frees the lock of a run that died, so nothing stale is left to be recognised.
# A step of an `up` waits: its `up` has looked at the lock before it began (infra/preview/wait-for-run.ts), and what it meets now
# came in between, or is the step of a run of its own stack that was cut off. To end half-way would help no one.

LOCK_WAIT=600 # seconds; the longest that a step waits

# What changes nothing needs no turn. What decides about a change of the firewall has a minute and cannot wait for
# others; firewall.sh has a lock for it.
run_is_alone() { [[ $STEP:$VERB != firewall:confirm && $VERB != @(restore|check|releases|instances) ]]; }

# lock WORD …: the words of the command line. The lock is descriptor 9; steps run with it closed, or a service they start
# would hold it forever.
lock() {
  local owner
  run_is_alone || return 0
  owner=$(option for "$@")
  install -d -m 0700 "$RUN"
  exec 9>> "$RUN/lock"
  flock -n 9 || lock_wait "$(lock_patience "$@")" "$(< "$RUN/lock")"
  say "$STEP $VERB of $(session_user), process $$, since $(date '+%F %T')${owner:+, for $owner}" > "$RUN/lock"
}

# lock_wait SECONDS OTHER
lock_wait() {
  local stuck="where it hangs, end that process"
  [[ $1 =~ ^[0-9]{1,4}$ ]] || fail "--wait: expected seconds from 0 to 9999, found '$1'" "correct it"
  [ "$1" -gt 0 ] || fail "another run is at work on this host, so this one was refused and changed nothing: $2" "wait until that one has ended, or let this one wait: --wait; $stuck"
  say "waiting for another run: $2"
  flock -w "$1" 9 || fail "another run has been at work for $1 seconds: $2" "wait until it has ended; $stuck"
}

# What ends a handover that was begun has to come to its turn, whoever asks; the timer's is asked once.
lock_patience() {
  local given
  given=$(option wait "$@")
  if [ -n "$given" ]; then say "$given"
  elif [[ $VERB = @(confirm|take-back|hold) || -n $(option for "$@") ]]; then say "$LOCK_WAIT"
  else say 0; fi
}
