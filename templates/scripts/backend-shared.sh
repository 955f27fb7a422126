# shellcheck shell=bash
# Step `backend`, its data: `shared: PATH`, a folder or file of the release that lives in /srv/NAME/shared and survives
# releases. Each release has a link in its place. Everything here is done as the backend's user: the folders are that
# user's, and root must not follow a link that the user may have put there.

SHARED=() # the payload's paths

backend_read_shared() {
  mapfile -t SHARED < <(settings shared)
  local path
  for path in "${SHARED[@]}"; do
    [[ -n $path && $path != /* && "/$path/" != */../* && "/$path/" != */./* && "/$path/" != *//* && "/$path/" != */node_modules/* ]] ||
      fail "shared: expected a path within the release, found '$path'" "correct $(backend_key shared)"
  done
}

# backend_is_shared PATH: is it one of them, or in one?
backend_is_shared() {
  local path
  for path in "${SHARED[@]}"; do [[ $1 != "$path" && $1 != "$path"/* ]] || return 0; done
  return 1
}

# Of the paths on stdin those that each release has of its own.
backend_not_shared() {
  local path
  while IFS= read -r path; do backend_is_shared "$path" || say "$path"; done
}

# What the running release has in its own folder, from before the path was shared, moves to where it is shared. The old
# process writes on meanwhile: its open files move along, and in the place of the folder there is a link in the same move.
backend_share_running() {
  local path folder
  folder="$APP_ROOT/releases/$(current release)"
  [ -n "$(current release)" ] && [ -d "$folder" ] || return 0
  for path in "${SHARED[@]}"; do
    share_has_own "$folder" "$path" || continue
    ! data_is_database "$folder/$path" ||
      fail "$(backend_key shared): $path of the running release is a database in use: its journal is beside it ($folder), and cannot move with it" \
        "share the folder that holds both; or stop the backend and move the file to $APP_ROOT/shared/$path by hand, then '$PULUMI up'; nothing was changed"
    if share_is_filled "$path"; then
      share_was_replaced "$folder" "$path" ||
        fail "$(backend_key shared): $path is in the running release ($folder/$path) and in $APP_ROOT/shared/$path as well" \
          "move one of them away, or merge them by hand; then '$PULUMI up'; nothing was changed"
      share_put_aside "$path"
    fi
    share_take "$folder" "$path"
    changed "moved $path of the running release to $APP_ROOT/shared/$path, and linked it"
  done
}

# backend_share RELEASE: before it is started. What it has there is from its archive: it is the first content of the shared
# path, once.
backend_share() {
  local path folder="$APP_ROOT/releases/$1"
  for path in "${SHARED[@]}"; do
    ! share_is_linked "$folder" "$path" || { share_expect_target "$path"; continue; }
    if ! share_has_own "$folder" "$path"; then :
    elif share_is_filled "$path"; then
      backend_keep_written "$1" "$path" || fail "$(backend_key shared): $folder/$path holds files that the backend wrote" "move them away, then '$PULUMI up'" # from a time when it ran with a folder of its own
      as_user rm -rf -- "$folder/$path"
      say "$path of release $1 is not used: $APP_ROOT/shared/$path is there already"
    else
      share_take "$folder" "$path"
      changed "$path of release $1 is the first content of $APP_ROOT/shared/$path"
      continue
    fi
    share_expect_target "$path"
    share_link "$folder" "$path"
  done
}

# share_was_replaced FOLDER PATH: a backend that writes a file aside and moves it into place replaces a link: what it wrote
# is newer. Of a folder it is not known which is right.
share_was_replaced() {
  grep -qsxF "shared: $2" "$BACKEND_APPLIED" && [ -f "$1/$2" ] && [ ! -L "$1/$2" ] && [ -f "$APP_ROOT/shared/$2" ]
}

share_is_linked() { [ "$(readlink -- "$1/$2" || true)" = "$APP_ROOT/shared/$2" ]; } # may not be there

# share_has_own FOLDER PATH: is there something else than our link?
share_has_own() { ! share_is_linked "$1" "$2" && { [ -e "$1/$2" ] || [ -L "$1/$2" ]; }; }

# share_is_filled PATH: does the shared path hold anything? A link to itself is left from a run that was cut short.
share_is_filled() {
  local target="$APP_ROOT/shared/$1"
  [ "$(readlink -- "$target" || true)" != "$target" ] || { as_user rm -- "$target"; return 1; }
  [ -L "$target" ] || { [ -e "$target" ] && ! as_user rmdir -- "$target" 2> /dev/null; }
}

# share_link FOLDER PATH
share_link() {
  share_parent "$1" "$2"
  as_user ln -sT -- "$APP_ROOT/shared/$2" "$1/$2"
}

# share_parent FOLDER PATH: the folders above it, none of them a link that leads elsewhere.
share_parent() {
  local parent
  parent=$(dirname -- "$1/$2")
  as_user mkdir -p -- "$parent"
  [ "$(realpath -- "$parent")" = "$(realpath -- "$1")${parent#"$1"}" ] ||
    fail "$(backend_key shared): $parent leads to $(realpath -- "$parent"), and not into $1" "share the folder that the link leads to"
}

# share_take FOLDER PATH: what is there moves to the shared path, which must be empty, and a link takes its place. FOLDER is
# a release.
share_take() {
  share_parent "$1" "$2"
  share_move "$1/$2" "$2"
}

# share_move SOURCE PATH: the same of any folder or file on the same disk.
share_move() {
  local target="$APP_ROOT/shared/$2" said
  [[ ! -L $1 || $(readlink -- "$1") = /* ]] || fail "$(backend_key shared): expected a folder or a file, found a link: $1" "replace it by what it leads to"
  share_parent "$APP_ROOT/shared" "$2"
  as_user ln -sT -- "$target" "$target"
  said=$(share_exchange "$1" "$target") || {
    as_user rm -f -- "$target"
    fail "$(backend_key shared): $1 cannot be moved to $target: $said" \
      "both must be on one disk: where shared is another one, stop the backend, move the content by hand, then '$PULUMI up'"
  }
  [ -z "$said" ] || say "$said"
}

# share_exchange SOURCE LINK
share_exchange() { as_user perl -e "$SHARE_EXCHANGE" -- "$1" "$2"; }

# Both names change places in one move: renameat2 with RENAME_EXCHANGE. A file system that cannot do that (NFS) renames
# one after the other, and for that moment a process finds nothing there. Never a copy: the backend may be writing.
# shellcheck disable=SC2016 # Perl's variables
SHARE_EXCHANGE='
  use POSIX ();
  my ($own, $target) = @ARGV;
  my $number = { x86_64 => 316, aarch64 => 276 }->{ (POSIX::uname())[4] };
  exit 0 if $number && syscall($number, -100, $own, -100, $target, 2) == 0;
  if ($!{EXDEV}) { print "they are on different disks"; exit 1 }
  my $link = readlink $target;
  unlink $target;
  rename($own, $target) or do { print "$!"; exit 1 };
  symlink($link, $own) or do { print "$!"; rename($target, $own); exit 1 };
  print "the move of $own took two steps on this file system: for a moment nothing was there";
'

# share_expect_target PATH: it is there, and its user may write to it. A name with an extension is a file, which the
# backend itself creates.
share_expect_target() {
  local target="$APP_ROOT/shared/$1"
  share_parent "$APP_ROOT/shared" "$1"
  if [ ! -e "$target" ] && ! share_is_file "$1"; then
    as_user install -d -m 0750 -- "$target"
    changed "made $target"
  fi
  [ ! -e "$target" ] || as_user test -w "$target" ||
    fail "$(backend_key shared): $APP_USER may not write to $target" "sudo chown -R $APP_USER: '$target'; then '$PULUMI up'"
}

share_is_file() { [[ ${1##*/} =~ ^.+\.[A-Za-z0-9]+$ ]]; }

# share_put_aside PATH: what the shared path holds, out of the way and not lost.
share_put_aside() {
  local folder
  folder=$(backend_kept_folder shared)
  as_user mkdir -p -- "$(dirname -- "$folder/$1")"
  as_user mv -T -- "$APP_ROOT/shared/$1" "$folder/$1"
  say "the former $APP_ROOT/shared/$1 is kept in $folder"
}

# What is no longer listed stays where it is; a release that comes now has its own.
backend_name_unshared() {
  local path
  while IFS= read -r path; do
    backend_is_shared "$path" || say "$path is no longer shared: a new release has its own, and what was written stays in $APP_ROOT/shared/$path"
  done < <(sed -n 's/^shared: //p' "$BACKEND_APPLIED" 2> /dev/null || true)
}

backend_check_shared() {
  local path folder
  folder="$APP_ROOT/releases/$(current release)"
  for path in "${SHARED[@]}"; do
    if ! share_is_linked "$folder" "$path"; then changed "$folder/$path is not linked to $APP_ROOT/shared/$path"
    elif [ ! -e "$APP_ROOT/shared/$path" ] && ! share_is_file "$path"; then changed "$APP_ROOT/shared/$path is missing"; fi
  done
}
