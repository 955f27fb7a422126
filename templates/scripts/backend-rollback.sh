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
  backend_tools
  [ -n "$target" ] || target=$(backend_releases | awk -F '\t' '$3 == "kept" { print $1; exit }')
  backend_expect_kept "$target"
  backend_settle none
  if [ "$target" = "$(current release)" ]; then
    say "release $target runs already"
    return 0
  fi
  sed -i "s|^release: .*|release: $target|" "$PAYLOAD/settings"
  cp "$BACKEND_RELEASES/$target/ecosystem" "$(payload_file "$APP_ROOT/ecosystem.config.cjs")"
  backend_switch '' rollback
  [ "$confirmed" = no ] || backend_finish
}

backend_expect_kept() {
  [ -n "$1" ] || fail "there is no release to go back to" "sudo geo-system backend releases"
  backend_kept_releases | grep -qxF -- "$1" ||
    fail "release $1 is not on this host" "sudo geo-system backend releases lists those that are; another one: '$PULUMI up' with its backendSource"
  # Its dependencies may have been built for another one.
  [ "$(sed -n 's/^node: //p' "$BACKEND_RELEASES/$1/record")" = "$NODE_VERSION" ] ||
    fail "release $1 was installed for another Node than $NODE_VERSION" "'$PULUMI up' with its backendSource installs it anew"
}
