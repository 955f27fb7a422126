# shellcheck shell=bash
# What can be done at the same time is.

# in_parallel FUNCTION …: all at once; what each of them says stays together, in the order of their names here. When
# one fails the others still run to their end: dpkg must not be stopped in the middle of a package. A job stands in no
# list of && or ||: bash would go on after every failure in it.
in_parallel() {
  local job jobs=() failed=no
  for job in "$@"; do
    ("$job"; say "$CHANGED" > "$PAYLOAD/$job.changed") > "$PAYLOAD/$job.out" 2> "$PAYLOAD/$job.err" &
    jobs+=("$!:$job")
  done
  for job in "${jobs[@]}"; do
    wait "${job%%:*}" || failed=yes
    cat "$PAYLOAD/${job#*:}.out"
    cat "$PAYLOAD/${job#*:}.err" >&2
    grep -qsx no "$PAYLOAD/${job#*:}.changed" || CHANGED=yes
  done
  [ "$failed" = no ] || stop
}
