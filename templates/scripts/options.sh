# shellcheck shell=bash
# With which options each step was applied last, one line a step. The program reads them back with the facts: they tell
# it which script ran, and how often, so that it knows whether the step must run again.

# option NAME WORD …: the word after --NAME; nothing where it does not stand there.
option() {
  local name="--$1"
  while [ $# -gt 2 ] && [ "$2" != -- ]; do
    shift
    [ "$1" != "$name" ] || { say "$2"; return 0; }
  done
}

# options_keep WORD …
options_keep() {
  [[ $VERB = apply || $VERB = environment || $VERB = placed ]] || return 0
  install -d -m 0700 "$STATE" "$STATE/options"
  say "$*" > "$STATE/options/$(options_name).new"
  mv -fT "$STATE/options/$(options_name).new" "$STATE/options/$(options_name)"
}

# Two resources apply step `backend`: the secret environment is the other one.
options_name() { if [ "$VERB" = environment ]; then say "$STEP-environment"; else say "$STEP"; fi; }

options_forget() {
  rm -f "$STATE/options/$STEP" "$STATE/options/$STEP-environment"
  rmdir --ignore-fail-on-non-empty "$STATE/options" 2> /dev/null || true # may not be there
}

# The command itself was just placed, by what called it.
command_placed() { say "the command is $0"; }

command_undo() {
  rm -f "$OWNER" "$0"
  changed "removed $0"
}

# command_mend … -- COMMAND: what `npm run diagnose -- --fix` runs, as the one who called sudo. No other run works then,
# and the journal knows.
command_mend() {
  while [ "${1---}" != -- ]; do shift; done
  shift
  runuser -u "${SUDO_USER-root}" -- env HOME="$(getent passwd "${SUDO_USER-root}" | cut -d : -f 6)" "$@" || fail "'$*' did not end well" "read the lines above"
  changed "ran $*"
}
