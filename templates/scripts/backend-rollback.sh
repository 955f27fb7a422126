# shellcheck shell=bash
# Step `backend`, releases that stay on the host: the list, and the way back to one of them by the same gate.

# The verb: one line a release, the last used first: name, since when it was last in use, running or kept.
backend_releases() {
  local name since state
  backend_owner || return 0
  for name in $(backend_kept_releases); do
    since=$(sed -n 's/^since: //p' "$BACKEND_RELEASES/$name/record")
    state=kept
    [ "$name" != "$(current release)" ] || state=running
    say "$since $name $state"
  done | sort -r | while read -r since name state; do printf '%s\t%s\t%s\n' "$name" "$since" "$state"; done
}

# Installed, and once in use here.
backend_kept_releases() {
  local folder
  for folder in "$BACKEND_RELEASES"/*/; do
    folder=${folder%/}
    [ ! -d "$APP_ROOT/releases/${folder##*/}" ] || say "${folder##*/}"
  done
}

# The verb: `--to RELEASE`, else the one in use before the present one. With today's secrets, and the environment that
# the release had. `--until-confirmed`: it is taken back unless it is confirmed, as in `pulumi up`.
backend_rollback() {
  local target='' confirmed=yes
  while [ $# -gt 0 ]; do
    case "$1" in
      --to) target=${2-} && shift ;;
      --until-confirmed) confirmed=no ;;
    esac
    shift
  done
  backend_read
  backend_take_upstream
  backend_tools
  [ -n "$target" ] || target=$(backend_releases | awk -F '\t' '$3 == "kept" && !found++ { print $1 }')
  backend_expect_kept "$target"
  backend_expect_no_proof
  backend_settle none
  if [ "$target" = "$(current release)" ]; then
    say "release $target runs already"
    return 0
  fi
  journal_release "$target"
  backend_share "$target"
  sed -i "s|^release: .*|release: $target|" "$PAYLOAD/settings"
  cp "$BACKEND_RELEASES/$target/ecosystem" "$(payload_file "$APP_ROOT/ecosystem.config.cjs")"
  # A version before kept none.
  [ ! -e "$BACKEND_RELEASES/$target/handshake" ] || cp "$BACKEND_RELEASES/$target/handshake" "$(payload_file "$BACKEND_HANDSHAKE")"
  backend_switch rollback
  [ "$confirmed" = no ] || backend_finish
}

# backend_is_of_another PATH: how pm2 runs another release than the last apply's, and how that is proven, as a rollback or
# the way back placed it: no hand edited it.
backend_is_of_another() {
  local release kept
  case "$1" in
    "$APP_ROOT/ecosystem.config.cjs") kept=ecosystem ;;
    "$BACKEND_HANDSHAKE") kept=handshake ;;
    *) return 1 ;;
  esac
  release=$(current release)
  [ "$release" != "$(setting release)" ] && cmp -s "$1" "$BACKEND_RELEASES/$release/$kept"
}

backend_check_release() {
  local link said
  link=$(readlink "$APP_ROOT/current" || true) # may be missing
  link=${link#releases/} said="release ${link#releases/} runs in the place of $(setting release)"
  if [ "$link" = "$(setting release)" ]; then return 0
  elif [ "$link" != "$(current release)" ]; then changed "current leads to '$link', not to release $(setting release)"
  elif [ "$(current why)" = rollback ]; then changed "rolled back: $said, since $(current since | sed 's/T/ /; s/Z/ UTC/'), by $(current by)"
  else changed "$said$(current refused | sed -n "s/^$(setting release), [^ ]*: /, which was taken back: /p")"; fi
}

# A release of another run, which serves for now: to go back from the one before it is not what anybody wants.
backend_expect_no_proof() {
  local left
  [ "$(handover_phase 2> /dev/null)" = provisional ] || return 0
  left=$(($(< "$HANDOVER/until") - $(date +%s)))
  [ "$left" -le 0 ] || fail "release $(handover release), started by $(handover by), waits for its proof from outside, $left s at most" \
    "wait for the end of that run; or give that release up: sudo geo-system $BACKEND_STEP take-back"
}

backend_expect_kept() {
  [ -n "$1" ] || fail "there is no release to go back to" "sudo geo-system $BACKEND_STEP releases"
  grep -qxF -- "$1" <<< "$(backend_kept_releases)" ||
    fail "release $1 is not on this host" "sudo geo-system $BACKEND_STEP releases lists those that are; another one: '$PULUMI up' with its $(backend_key source)"
  # Its dependencies may have been built for another one.
  [ "$(sed -n 's/^node: //p' "$BACKEND_RELEASES/$1/record")" = "$NODE_VERSION" ] ||
    fail "release $1 was installed for another Node than $NODE_VERSION" "'$PULUMI up' with its $(backend_key source) installs it again"
}
