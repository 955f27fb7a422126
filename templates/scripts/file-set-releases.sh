# shellcheck shell=bash
# Step `file-set`, releases that stay on the host: the list, the way back to one of them, and archives that were lost.

# The verb: one line a release, the last used first: name, since when it was last in use, running or kept.
file_set_releases() {
  local name since state
  [ -d "$(file_set_folder)/releases" ] || return 0
  while read -r since name; do
    [ -e "$(file_set_sums "$name")" ] || continue # an installation that was cut short
    state=kept
    [ "$(readlink "$(file_set_folder)/current")" != "releases/$name" ] || state=running
    printf '%s\t%s\t%s\n' "$name" "$(date -u -d "@${since%.*}" '+%FT%TZ')" "$state"
  done < <(find "$(file_set_folder)/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -rn)
}

# The verb: `--to RELEASE`, else the one in use before the present one. By one move of a link, as forwards.
file_set_rollback() {
  local target
  target=$(option to "$@")
  [ -n "$target" ] || target=$(file_set_releases | awk -F '\t' '$3 == "kept" && !found++ { print $1 }')
  file_set_expect_kept "$target"
  file_set_offer "$(file_set_folder)/releases/$target"
  [ "$(readlink "$(file_set_folder)/current")" != "releases/$target" ] || { say "release $target is served already"; return; }
  journal_release "$target"
  place_link "releases/$target" "$(file_set_folder)/current"
  touch "$(file_set_folder)/releases/$target" # the newest is the one that came into use last
  printf 'release: %s\nsince: %s\nby: %s\n' "$target" "$(date -u '+%F %T UTC')" "$(session_user)" > "$(file_set_sums back)"
  say "release $target is served"
}

file_set_expect_kept() {
  [ -n "$1" ] || fail "there is no release of these files to go back to" "sudo geo-system $STEP releases"
  grep -qxF -- "$1" <<< "$(file_set_releases | cut -f 1)" ||
    fail "release $1 is not on this host" "sudo geo-system $STEP releases lists those that are; another one: '$PULUMI up' with its files"
  [ -z "$(file_set_edited "$1")" ] || fail "release $1 was edited on this host, so it is not what was served" "another one: sudo geo-system $STEP releases; or '$PULUMI up' with its files"
}

file_set_check_release() {
  local link back
  link=$(readlink "$(file_set_folder)/current" || true) # may be missing
  back=$(file_set_sums back)
  if [ "$link" = "releases/$(setting release)" ]; then return 0
  elif [ "$link" = "releases/$(sed -n 's/^release: //p' "$back" 2> /dev/null)" ]; then
    changed "rolled back: release ${link#*/} is served in the place of $(setting release), since $(sed -n 's/^since: //p' "$back"), by $(sed -n 's/^by: //p' "$back")"
  else changed "$(file_set_folder)/current does not lead to release $(setting release)"; fi
}

# How often the archive was missing, or another one, as of the backend: see backend-release.sh.
file_set_keep_resent() {
  [ -n "$1" ] || return 0
  install -d -m 0700 "$STATE" "$FILE_SET_SUMS" "$(dirname "$(file_set_sums resent)")"
  say "$1" > "$(file_set_sums resent)"
}

# file_set_fail_unsent WHY: refuses; the next `up` sends the archive again by itself.
file_set_fail_unsent() {
  local count
  rm -f "$(file_set_uploads)/$(setting archive)"
  count=$(cat "$(file_set_sums resent)" 2> /dev/null || say 0) # never, so far
  file_set_keep_resent "$((count + 1))"
  fail "$1" "the next '$PULUMI up' sends it again"
}

file_set_check_archive() {
  [ -f "$(file_set_uploads)/$(setting archive)" ] || changed "the archive of release $(setting release) is missing"
}
