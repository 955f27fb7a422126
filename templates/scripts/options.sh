# shellcheck shell=bash
# With which options each step was applied last, one line a step. The program reads them back with the facts: they tell
# it which script ran, and how often, so that it knows whether the step must run again.

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

command_undo() { say "the command goes next"; }
