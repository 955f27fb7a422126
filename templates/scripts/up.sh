# shellcheck shell=bash
# An `up` that is under way. Pulumi undoes a resource that it replaces (`--replace`, a tainted one) before it creates it
# again, and that undo looks like the one of a `destroy`: users would be without the service in between. So an `up` holds
# a lock for as long as its program runs (up-hold.sh), and its program declares every step: an undo for the same owner
# meanwhile is half of a replacement, and what it would take away is left to the apply that follows.

UP="$RUN/up" # whose `up` it is; locked while it is under way

# up_settle WORD …: the words of the command line.
up_settle() {
  local mine
  mine=$(option for "$@")
  # Steps `acme` and `capacity` serve no client; and where one is left out from now on, this undo is all that takes away
  # what it did.
  [[ $STEP != @(acme|capacity) ]] || return 0
  # A set of files that the site no longer serves is no replacement either.
  [[ $STEP != file-set-* ]] || file_set_is_served || return 0
  # Nor is an application.
  [ "$(step_kind "$STEP")" != backend ] || backend_is_served || return 0
  [ "$VERB" = undo ] && [ -n "$mine" ] && up_is_under_way "$mine" || return 0
  say "kept: the \`up\` that replaces this step applies it again"
  say unchanged
  exit 0
}

# up_is_under_way OWNER
up_is_under_way() {
  [ "$(cat "$UP" 2> /dev/null || true)" = "$1" ] || return 1 # no `up` since the last boot
  ! flock -n "$UP" true
}
