# shellcheck shell=bash
# Step `backend`, what is kept of releases that go: files that they wrote into their own folder are data, as far as anybody
# knows. They are put aside by hard links, which take no room.

# backend_kept_folder NAME: a new folder of the user's.
backend_kept_folder() {
  local folder
  folder="$APP_ROOT/kept/$1-$(date -u '+%Y%m%dT%H%M%S')"
  [ -d "$APP_ROOT/kept" ] || install -d -m 0750 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/kept"
  as_user mkdir -p -- "$folder"
  say "$folder"
}

# backend_keep_written RELEASE [PATH]: all that it wrote, or what it wrote there. Fails where that cannot be put aside: then
# it must stay where it is.
backend_keep_written() {
  local folder list="$PAYLOAD/written"
  written "$APP_ROOT/releases/$1" "$BACKEND_INSTALLED/$1" list | backend_of_path "${2-}" > "$list"
  [ -s "$list" ] || return 0
  folder=$(backend_kept_folder "${1%.old}")
  if ! (cd "$APP_ROOT/releases/$1" && { xargs -0r cp -lp --parents -t "$folder" -- < "$list" 2> /dev/null || xargs -0r cp -p --parents -t "$folder" -- < "$list"; }); then
    say "the files that release $1 wrote cannot be put aside in $folder, so it stays"
    return 1
  fi
  changed "release ${1%.old} wrote into its own folder: its files are kept in $folder"
}

# backend_of_path PATH < LIST: those at or below it; all of them without one.
backend_of_path() {
  local path
  while IFS= read -r -d '' path; do
    [[ -n $1 && $path != "$1" && $path != "$1"/* ]] || printf '%s\0' "$path"
  done
}

# backend_remove_release NAME: what it wrote is put aside.
backend_remove_release() {
  backend_keep_written "$1" || return 0
  rm -rf "${APP_ROOT:?}/releases/$1" "${BACKEND_RELEASES:?}/$1" "${BACKEND_INSTALLED:?}/$1"
}

# Releases that were installed again, once nothing runs in them any more; and what an installation that was cut short left.
backend_remove_replaced() {
  local folder
  rm -rf "$APP_ROOT"/releases/*.new
  for folder in "$APP_ROOT"/releases/*.old; do
    [ ! -d "$folder" ] || backend_remove_release "${folder##*/}"
  done
}

# Before everything goes.
backend_keep_all_written() {
  local folder
  for folder in "$APP_ROOT"/releases/*/; do
    [ ! -d "$folder" ] || backend_keep_written "$(basename "$folder")" ||
      fail "$folder holds files that the backend wrote" "move them away, and then once more"
  done
}
