# shellcheck shell=bash
# What a run did to the package's files before it failed. A preview compares the host with what was applied last, and must
# not take for an edit what the package itself wrote since.
#   /var/lib/geo-system/unfinished/STEP: `SHA-256 PATH` of each file written, `- PATH` of each one removed; it goes once an
#   apply or an undo of the step is done.

# unfinished_note PATH [SOURCE]: before PATH becomes what SOURCE is, or goes.
unfinished_note() {
  local sum=-
  [ -z "${2-}" ] || sum=$(unfinished_sum "$2")
  install -d -m 0700 "$STATE" "$STATE/unfinished"
  say "$sum $1" >> "$STATE/unfinished/$STEP"
}

# unfinished_left PATH: is it as such a run left it?
unfinished_left() {
  local sum=-
  [ -e "$STATE/unfinished/$STEP" ] || return 1
  [ ! -f "$1" ] || sum=$(unfinished_sum "$1")
  grep -qsxF -- "$sum $1" "$STATE/unfinished/$STEP"
}

unfinished_sum() { sha256sum < "$1" | cut -c 1-64; }

unfinished_forget() {
  rm -f "$STATE/unfinished/$STEP"
  rmdir --ignore-fail-on-non-empty "$STATE/unfinished" 2> /dev/null || true # may not be there
}
