# shellcheck shell=bash
# Step `file-set`: files that nginx serves itself, one step a set, `file-set-NAME`. A release is put beside the one before
# and comes into use with one move of a link, so nginx is not reloaded and no connection is disturbed.
#
#   /var/www/geo-system/NAME/releases/RELEASE/files/   what its names do not tell apart from the release before: pages
#                                   …/assets/          what has a name of its own for each content
#   …/NAME/current                                     a link to the release in use
#   …/NAME/assets/   the assets of all these releases, which share their bytes: a page of the release before, open in a
#                    browser, finds its own. They stay for a week after the last release that has them.

FILE_SETS=/var/www/geo-system
FILE_SET_SUMS="$STATE/file-sets" # of each release that was installed, SHA-256 and path a line
FILE_SET_DAYS=7 # for so long assets outlive their release

file_set_apply() {
  local set release folder
  set=$(file_set_folder) release=$(setting release)
  folder="$set/releases/$release"
  install -d -m 0755 /var/www "$FILE_SETS" "$set" "$set/assets" "$set/releases"
  rm -rf "$set"/releases/*.new "$set"/releases/*.old # an earlier run was cut short
  file_set_keep_resent "$(option archive "$@")"
  if [ ! -e "$(file_set_sums "$release")" ] || [ -n "$(file_set_edited "$release")" ]; then file_set_install "$folder"; fi
  file_set_offer "$folder"
  place_link "releases/$release" "$set/current"
  rm -f "$(file_set_sums back)"
  file_set_prune
}

file_set_check() {
  local set release path
  set=$(file_set_folder) release=$(setting release)
  file_set_check_release
  file_set_check_archive
  while IFS= read -r path; do changed "$set/releases/$release/$path was edited or removed"; done < <(file_set_edited "$release")
  while IFS= read -r path; do
    [ "$set/releases/$release/assets/$path" -ef "$set/assets/$path" ] || changed "$set/assets/$path is not that of release $release"
  done < <(file_set_assets "$set/releases/$release")
}

file_set_undo() {
  local set
  set=$(file_set_folder)
  rm -rf "${FILE_SET_SUMS:?}/${set##*/}"
  [ ! -e "$set" ] || { rm -rf "$set"; changed "removed $set"; }
  file_set_forget_archives none
  rmdir --ignore-fail-on-non-empty "$FILE_SET_SUMS" "$FILE_SETS" 2> /dev/null || true # may not be there
}

# Whether the site serves it, as it was applied last.
file_set_is_served() { grep -qsF "root $(file_set_folder);" "$STATE/applied/site"; }

# The set is the rest of the step's own name.
file_set_folder() { say "$FILE_SETS/${STEP#file-set-}"; }
file_set_sums() { say "$FILE_SET_SUMS/${STEP#file-set-}/$1"; }

# file_set_install FOLDER: the archive's files, checked, each in its place, and compressed ahead.
file_set_install() {
  local new="$1.new" old="$1.old"
  file_set_unpack "$new"
  file_set_compress "$new"
  file_set_share "$new"
  install -d -m 0700 "$STATE" "$FILE_SET_SUMS" "$(dirname "$(file_set_sums x)")"
  (cd "$new" && find . -type f -printf '%P\0' | sort -z | xargs -0r sha256sum --) > "$PAYLOAD/sums"
  [ ! -e "$1" ] || mv -T "$1" "$old"
  mv -T "$new" "$1"
  rm -rf "$old"
  install -m 0600 "$PAYLOAD/sums" "$(file_set_sums "$(setting release)")"
  changed "installed release $(setting release)"
}

# file_set_unpack FOLDER
file_set_unpack() {
  local archive path below
  archive="$(file_set_uploads)/$(setting archive)" below=$(setting path)
  [ -f "$archive" ] || file_set_fail_unsent "the archive of release $(setting release) is not on this host ($archive)"
  install -d -m 0755 "$1" "$1/files" "$1/assets"
  mkdir -p "$1/files$below"
  tar -xf "$archive" -C "$1/files$below" --no-same-owner --no-same-permissions || file_set_fail_unsent "$archive cannot be unpacked: is the disk full? df -h /var"
  { settings file; settings asset; } | sort > "$PAYLOAD/files-wanted"
  backend_manifest "$1/files$below" | sort > "$PAYLOAD/files-found"
  if ! cmp -s "$PAYLOAD/files-wanted" "$PAYLOAD/files-found"; then
    { diff "$PAYLOAD/files-wanted" "$PAYLOAD/files-found" || true; } | awk '/^[<>]/ && shown++ < 5' >&2 # it fails where they differ
    file_set_fail_unsent "$archive is not release $(setting release): files differ (< expected, > found)"
  fi
  settings asset | cut -d ' ' -f 2- | while IFS= read -r path; do
    mkdir -p "$(dirname "$1/assets$below$path")"
    mv -T "$1/files$below$path" "$1/assets$below$path"
  done
  find "$1" -type d -exec chmod 0755 {} +
  find "$1" -type f -exec chmod 0644 {} +
}

# file_set_compress FOLDER: what is text, and long enough that it pays. The time of a file, from which nginx makes its
# ETag, is that of its content, and its compressed twins have the same.
file_set_compress() {
  local path
  find "$1" -type f -size +1k -regextype posix-extended \
    -iregex '.*\.(html?|m?js|css|json|map|svg|xml|txt|wasm|webmanifest|ico|ttf|otf|eot)' -print0 > "$PAYLOAD/texts"
  xargs -0r -a "$PAYLOAD/texts" -n 16 -P "$(nproc)" nice gzip -9kn --
  site_has_brotli || return 0
  xargs -0r -a "$PAYLOAD/texts" nice "$NODE" -e "$FILE_SET_BROTLI"
  while IFS= read -r -d '' path; do touch -r "$path" "$path.br"; done < "$PAYLOAD/texts"
}

# Node has it built in.
# shellcheck disable=SC2016 # a program of JavaScript
FILE_SET_BROTLI='const { readFileSync, writeFileSync } = require("fs"); const { brotliCompressSync } = require("zlib");
for (const path of process.argv.slice(1)) writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));'

# file_set_share FOLDER: an asset that is offered already with the same content shares its bytes, so that it counts as
# long as one of its releases is here.
file_set_share() {
  local path offered
  offered="$(file_set_folder)/assets"
  while IFS= read -r path; do
    if [ -f "$offered/$path" ] && cmp -s "$1/assets/$path" "$offered/$path"; then ln -f "$offered/$path" "$1/assets/$path"; fi
  done < <(file_set_assets "$1")
}

# file_set_offer FOLDER: its assets beside those of the releases before.
file_set_offer() {
  local path to
  while IFS= read -r path; do
    to="$(file_set_folder)/assets/$path"
    [ ! "$1/assets/$path" -ef "$to" ] || continue
    [ ! -e "$to" ] || [[ $path = *.@(gz|br) ]] || say "$path has another content under the same name: browsers that have it keep what they have for a year"
    mkdir -p "${to%/*}"
    ln -f "$1/assets/$path" "$(beside "$to")"
    mv -fT "$(beside "$to")" "$to"
    CHANGED=yes
  done < <(file_set_assets "$1")
}

# file_set_assets FOLDER: the paths of a release's assets.
file_set_assets() { [ ! -d "$1/assets" ] || (cd "$1/assets" && find . -type f -printf '%P\n'); }

# file_set_edited RELEASE: which of its files are no longer what was installed, one a line.
file_set_edited() {
  local folder sums
  folder="$(file_set_folder)/releases/$1" sums=$(file_set_sums "$1")
  if [ ! -d "$folder" ] || [ ! -e "$sums" ]; then say .; return; fi
  (cd "$folder" && { sha256sum --check --quiet "$sums" 2> /dev/null || true; } | sed -n 's/: FAILED.*//p') # it fails where one differs
}

# What is old goes: releases beyond the number to keep, the assets that none of them has had for a week, and archives.
file_set_prune() {
  local set keep current name
  set=$(file_set_folder) keep=$(setting keep 5) current=$(setting release)
  touch "$set/releases/$current" # the newest is the one that came into use last
  while read -r name; do
    rm -rf "${set:?}/releases/$name" "$(file_set_sums "$name")"
    say "removed release $name"
  done < <(find "$set/releases" -mindepth 1 -maxdepth 1 ! -name "$current" -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2 | tail -n "+$keep")
  # The last change of an inode without another name is the removal of its last release.
  find "$set/assets" -type f -links 1 -ctime "+$FILE_SET_DAYS" -delete
  find "$set/assets" -mindepth 1 -type d -empty -delete
  file_set_forget_archives "$(basename "$(setting archive)")"
}

# Where archives arrive: in the home of who logs in.
file_set_uploads() { getent passwd "${SUDO_USER-root}" | cut -d : -f 6; }

# file_set_forget_archives NAME: all of this set but that one, by which a release can be repaired.
file_set_forget_archives() {
  local folder
  folder="$(file_set_uploads)/.geo-system"
  [ ! -d "$folder" ] || find "$folder" -maxdepth 1 -type f -name "${STEP#file-set-}-????????????.files" ! -name "$1" -delete
}
