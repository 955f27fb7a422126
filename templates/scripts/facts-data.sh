# shellcheck shell=bash
# The facts of the backend's data: what the running release wrote into its own folder, which the next one does not have.

facts_data() {
  local root release said
  root="/srv/$(sed -n '/^name: /{s///p;q}' "$BACKEND_APPLIED" 2> /dev/null || say none)"
  release=$(readlink "$root/current" || true) # none was applied yet
  release=${release#releases/}
  [ -n "$release" ] || return 0
  said=$(written "$root/releases/$release" "$BACKEND_INSTALLED/$release" summary)
  [ -z "$said" ] || fact written "$BACKEND_STEP" "$release" "$(encoded <<< "$said")"
}
