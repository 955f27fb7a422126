# shellcheck shell=bash
# Step `backend`, the release: files as the payload lists them, and their dependencies.

# Also when it is there already but its dependencies are for another Node, or its files were edited.
backend_release() {
  local folder key
  folder="$APP_ROOT/releases/$(setting release)"
  key=$(backend_dependency_key)
  if [ "$(backend_installed_key "$folder")" = "$key" ] && [ -z "$(backend_edited "$(setting release)")" ]; then return 0; fi
  backend_remove_replaced # an earlier run was cut short
  install -d -m 0700 -o "$APP_USER" -g "$APP_GROUP" "$folder.new"
  backend_unpack "$folder.new"
  backend_dependencies "$folder.new" "$key"
  backend_keep_record "$(setting release)"
  backend_keep_sums "$folder.new"
  [ ! -e "$folder" ] || mv -T "$folder" "$folder.old" # the process that runs in it may be asked for its files until it ends
  mv -T "$folder.new" "$folder"
  changed "installed release $(setting release)"
}

# backend_keep_record RELEASE: of the installation that gives way to this one, which tells what it wrote.
backend_keep_record() {
  [ -d "$BACKEND_INSTALLED/$1" ] || return 0
  rm -rf "${BACKEND_INSTALLED:?}/$1.old"
  cp -a "$BACKEND_INSTALLED/$1" "$BACKEND_INSTALLED/$1.old"
}

# backend_keep_sums FOLDER: after the install, whose scripts may write into files of the release.
backend_keep_sums() {
  local path installed
  installed="$BACKEND_INSTALLED/$(setting release)"
  install -d -m 0700 "$BACKEND_STATE" "$BACKEND_INSTALLED" "$installed"
  cut -d ' ' -f 2- "$PAYLOAD/files-wanted" | while IFS= read -r path; do
    [ ! -f "$1/$path" ] || [ -L "$1/$path" ] || backend_is_shared "$path" || printf '%s\0' "$path"
  done | (cd "$1" && xargs -0r sha256sum --) > "$installed/files"
  cut -c 1-8 /proc/sys/kernel/random/uuid > "$installed/name"
}

# Whoever else logs in here has no business in the source and its configuration.
backend_check_private() {
  local mode
  mode=$(stat -c %a "$APP_ROOT/releases" 2> /dev/null || say 700) # missing: the check of the release says so
  [ "$mode" = 700 ] || changed "$APP_ROOT/releases can be read by other users (mode $mode)"
}

# backend_edited RELEASE: which of its files are no longer what was installed, one a line. A file that it wrote itself
# beside them is its own, and so is what is shared.
backend_edited() {
  local sums="$BACKEND_INSTALLED/$1/files"
  [ -e "$sums" ] && [ -d "$APP_ROOT/releases/$1" ] || return 0
  (cd "$APP_ROOT/releases/$1" && { sha256sum --check --quiet "$sums" 2> /dev/null || true; } | sed -n 's/: FAILED.*//p') | backend_not_shared # it fails where one differs
}

# How often the archive was missing, or another one: Pulumi, which sends it once, sends it again where this number is
# another than last time. The program counts on where it sees that, and says so with `--archive`.
backend_resent() { cat "$BACKEND_RESENT" 2> /dev/null || say 0; } # never, so far

backend_keep_resent() {
  [ -n "$1" ] || return 0
  install -d -m 0700 "$BACKEND_STATE"
  say "$1" > "$BACKEND_RESENT"
}

# backend_fail_unsent WHY: refuses; the next `up` sends the archive again by itself.
backend_fail_unsent() {
  rm -f "$APP_HOME/$(setting archive)"
  backend_keep_resent "$(($(backend_resent) + 1))"
  fail "$1" "the next '$PULUMI up' sends it again"
}

backend_check_archive() {
  [ -f "$APP_HOME/$(setting archive none)" ] || changed "the archive of release $(setting release) is missing"
}

backend_unpack() {
  local archive
  archive="$APP_HOME/$(setting archive)"
  [ -f "$archive" ] || backend_fail_unsent "the archive of release $(setting release) is not on this host ($archive)"
  chmod 0600 "$archive" # sent by a client, with that client's idea of a mode: readable by others on some hosts
  as_user tar -xf "$archive" -C "$1" --no-same-owner || backend_fail_unsent "$archive cannot be unpacked: is the disk full? df -h /srv"
  backend_files_wanted "$1" | sort > "$PAYLOAD/files-wanted"
  backend_manifest "$1" | sort > "$PAYLOAD/files-found"
  cmp -s "$PAYLOAD/files-wanted" "$PAYLOAD/files-found" && return 0
  { diff "$PAYLOAD/files-wanted" "$PAYLOAD/files-found" || true; } | awk '/^[<>]/ && shown++ < 5' >&2 # it fails where they differ
  backend_fail_unsent "$archive is not release $(setting release): files differ (< expected, > found)"
}

# backend_files_wanted FOLDER: what the payload lists. A release that was built brings its own list, which is another one
# on each machine that builds it.
backend_files_wanted() {
  local list="$1/.geo-system-files"
  if [ -z "$(settings build)" ]; then settings file; return; fi
  if [ ! -f "$list" ] || [ -L "$list" ]; then backend_fail_unsent "the archive of release $(setting release) has no list of its files"; fi
  sed -E 's/^([0-9a-f]{16})[0-9a-f]{48} /\1 /' "$list"
  rm "$list"
}

# backend_manifest FOLDER: the first 16 digits of the SHA-256 of each file, or of the target of a link, and its path.
backend_manifest() {
  local path
  cd "$1" || return 1
  find . -type f -print0 | xargs -0r sha256sum -z | sed -zE 's|^(.{16}).{48}  \./|\1 |' | tr '\0' '\n'
  while IFS= read -r -d '' path; do
    say "$(readlink -n "$path" | sha256sum | cut -c 1-16) $path"
  done < <(find . -type l -printf '%P\0')
}

# What is old goes: releases beyond the number to keep, archives and environments that are no longer in use.
backend_prune() {
  local current name
  current=$(current release)
  backend_remove_replaced
  touch "$APP_ROOT/releases/$current" # the newest is the one that came into use last
  while read -r name; do
    [ "$name" = "$current" ] || { backend_remove_release "$name"; [ -d "$APP_ROOT/releases/$name" ] || say "removed release $name"; }
  done < <(backend_surplus_releases "$(setting keep 5)")
  backend_forget_archives "$APP_HOME/$(setting archive '')"
  backend_prune_environments
  backend_prune_dependencies
}

# backend_forget_archives PATH: all of this application but that one.
backend_forget_archives() {
  local own=(-path "*/.geo-system/$BACKEND_NAME-????????????.release")
  # Those beside the folder are from a version that had none.
  [ -n "$BACKEND_NAME" ] || own=(\( -name '.geo-system-*.tar' -o -path '*/.geo-system/*.tar' \))
  [ ! -d "$APP_HOME/.geo-system" ] || find "$APP_HOME" "$APP_HOME/.geo-system" -maxdepth 1 -user "$APP_USER" "${own[@]}" ! -path "$1" -delete
}

# backend_surplus_releases KEEP: those beyond that many that were once in use, and each that failed before it was: a
# rollback cannot choose one, so it must not push out one that it can.
backend_surplus_releases() {
  local name used=0
  find "$APP_ROOT/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2 | while read -r name; do
    if [ -d "$BACKEND_RELEASES/$name" ] && [ "$used" -lt "$1" ]; then used=$((used + 1))
    else say "$name"; fi
  done
}
