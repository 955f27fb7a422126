# shellcheck shell=bash
# Step `backend`, the data of an application that a person started. Before the first release its folders move to where
# releases find them (backend-shared.sh), and a link takes their place, so that both processes write the same files until
# the old one ends. What is another user's or on another disk cannot move so, and is copied. Undo moves back what moved.
#   /var/lib/geo-system/before/backend/data     what moved: SOURCE<TAB>PATH a line
#     copied, copied-since                      what was copied, and a file as old as the copies

# data_wanted: `SOURCE<TAB>PATH<TAB>yes|no` a line: what the configuration names (yes), and what of the shared paths the
# application has in its own folder (no).
data_wanted() {
  local folder sources=() paths=() i path
  folder=$(data_folder)
  mapfile -t sources < <(settings take-data)
  mapfile -t paths < <(settings take-data-to)
  for i in "${!sources[@]}"; do
    [[ ${sources[i]} = /* ]] || sources[i]="${folder:+$folder/}${sources[i]}"
    printf '%s\t%s\tyes\n' "${sources[i]}" "${paths[i]}"
  done
  [ -n "$folder" ] || return 0
  for path in "${SHARED[@]}"; do
    ! data_is_named "$path" || continue
    printf '%s\t%s\tno\n' "$folder/${path#"$(setting member '')/"}" "$path"
  done
}

# data_is_named PATH: does the configuration name what comes there?
data_is_named() {
  local path
  while IFS= read -r path; do [ "$path" != "$1" ] || return 0; done < <(settings take-data-to)
  return 1
}

# data_folder: of the application that gives way, also of one that has our name; nothing where there is none.
data_folder() { [ -z "$DATA_PROCESS" ] || readlink "/proc/$DATA_PROCESS/cwd" || true; } # it may have ended

DATA_PROCESS='' # its process, as the next function finds it

data_process() {
  local port pid
  for port in $(settings port); do
    pid=$(process_of "$port")
    [ -n "$pid" ] || continue
    if [ "$(manager_of "$pid")" = "$(printf 'pm2\t%s\t%s' "$APP" "$APP_HOME/.pm2")" ] || taken_serves "$port"; then
      say "$pid"
      return 0
    fi
  done
}

# data_state SOURCE PATH: `move` or `copy` where it can come along; `there` where it has; else why it cannot.
data_state() {
  local target="$APP_ROOT/shared/$2"
  if [ "$(readlink -- "$1" || true)" = "$target" ]; then say there
  elif [ ! -e "$1" ]; then say missing
  elif data_is_copied "$1" "$2"; then say copy # again: what was copied for an `up` that failed is old
  elif data_is_filled "$target"; then say filled
  elif [[ "$(data_folder)/" = "$(realpath -- "$1")"/* ]]; then say program
  elif [ -L "$1" ] && [[ $(readlink -- "$1") != /* ]]; then say link
  elif data_is_database "$1"; then say database
  elif data_can_move "$1"; then say move
  else say copy; fi
}

data_is_filled() { [ -L "$1" ] || [ -f "$1" ] || [ -n "$(find "$1" -mindepth 1 -print -quit 2> /dev/null)" ]; }

# A database in use has its journal beside it, by the name that its file has. A folder that holds both may move.
data_is_database() {
  local end
  for end in -wal -shm -journal; do [ ! -f "$1" ] || [ ! -e "$1$end" ] || return 0; done
  return 1
}

# data_can_move SOURCE: on one disk, and both processes may follow the link and write.
data_can_move() {
  local root=$APP_ROOT/shared
  while [ ! -e "$root" ]; do root=${root%/*}; root=${root:-/}; done
  [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$root")" ] && [ "$(stat -L -c %U -- "$1")" = "$APP_USER" ] &&
    [[ -z $DATA_PROCESS || $(stat -c %U "/proc/$DATA_PROCESS") = @("$APP_USER"|root) ]] && as_user test -w "$(dirname -- "$1")"
}

data_bytes() { timeout 5 du -sbD -- "$1" 2> /dev/null | cut -f 1 || true; } # nothing: it is missing, or has too many files

# What can come along does, before the first release is started; what cannot is refused before anything moves.
backend_take_data() {
  local source path named all="$PAYLOAD/data"
  [ ! -e "$BACKEND_CURRENT" ] && [ ! -d "$HANDOVER" ] || return 0
  TAKEN_SITE="$STATE/applied/site" TAKEN_NAMED=$(setting take-over '')
  DATA_PROCESS=$(data_process)
  touch "$DATA_COPIED-since"
  data_wanted > "$all"
  while IFS=$'\t' read -r source path named; do data_expect "$source" "$path" "$named"; done < "$all"
  while IFS=$'\t' read -r source path named; do
    case "$(data_state "$source" "$path")" in
      move) data_move "$source" "$path" ;;
      copy) data_copy "$source" "$path" ;;
    esac
  done < "$all"
}

# data_expect SOURCE PATH NAMED
data_expect() {
  local state why='' target="$APP_ROOT/shared/$2"
  state=$(data_state "$1" "$2")
  case "$state:$3" in
    missing:yes) why="is not on this host" ;;
    filled:yes) why="cannot come along: $target holds files already" ;;
    program:*) why="holds the program that runs" ;;
    link:*) why="is a link: name the folder that it leads to" ;;
    database:*) why="is a database in use: its journal is beside it, and cannot move with it" ;;
  esac
  [ -z "$why" ] || fail "$(backend_taken_key): $1 $why; nothing was changed" "correct $(backend_taken_key), or copy it to $target by hand, with the application stopped; then '$PULUMI up'"
}

# data_move SOURCE PATH: written down first, since the run may be cut short.
data_move() {
  grep -qsxF "$1"$'\t'"$2" "$DATA_MOVED" || printf '%s\t%s\n' "$1" "$2" >> "$DATA_MOVED"
  if share_is_filled "$2"; then fail "$(backend_taken_key): $APP_ROOT/shared/$2 holds files already" "move them away; then '$PULUMI up'"; fi
  share_move "$1" "$2"
  changed "moved $1 to $APP_ROOT/shared/$2, and linked it"
}

data_is_copied() { grep -qsxF "$1"$'\t'"$2" "$DATA_COPIED"; }

# data_copy SOURCE PATH: read by its owner and written by ours, so that root follows no link of theirs.
data_copy() {
  local owner target="$APP_ROOT/shared/$2"
  if share_is_filled "$2"; then share_put_aside "$2"; fi
  data_is_copied "$1" "$2" || printf '%s\t%s\n' "$1" "$2" >> "$DATA_COPIED"
  owner=$(stat -L -c %U -- "$1")
  share_parent "$APP_ROOT/shared" "$2"
  as_user rm -rf -- "$target.new"
  if [ -d "$1" ]; then
    as_user mkdir -m 0750 -- "$target.new"
    # Its exit 1 says that a file was written meanwhile, which is named once the old application has ended.
    { runuser -u "$owner" -- tar -C "$1" -cf - . || [ "$?" = 1 ]; } | data_writes tar -C "$target.new" -xf - --no-same-owner
  else runuser -u "$owner" -- cat -- "$1" | data_writes dd status=none of="$target.new"; fi
  as_user mv -T -- "$target.new" "$target"
  changed "copied $1 of $owner to $target"
}

# data_writes COMMAND …: as our user, from stdin.
data_writes() { runuser -u "$APP_USER" -- "$@"; }

# After the old application has ended: what it wrote where it was copied from is named, since the release has it not.
backend_name_missed_data() {
  local source path files name
  [ -e "$DATA_COPIED" ] || return 0
  while IFS=$'\t' read -r source path; do
    name=%P
    [ -d "$source" ] || name=%f # of a file, below itself there is no path
    files=$(find "$source" -type f -newer "$DATA_COPIED-since" -printf "$name " 2> /dev/null || true) # it may be gone
    [ -z "$files" ] || say "after $source was copied to $APP_ROOT/shared/$path, these files were written there: $(cut -c -300 <<< "$files")"
  done < "$DATA_COPIED"
}

# Undo, and a first release that did not come up. What has gone to another place stays where it is.
backend_give_back_data() {
  local source path target
  [ -e "$DATA_MOVED" ] || return 0
  while IFS=$'\t' read -r source path; do
    target="$APP_ROOT/shared/$path"
    [ -e "$target" ] || [ -L "$target" ] || continue
    data_give_back "$source" "$target" || { say "$target stays: $source is no longer the link that led there"; continue; }
    changed "moved $target back to $source"
  done < "$DATA_MOVED"
  rm "$DATA_MOVED"
}

# data_give_back SOURCE TARGET
data_give_back() {
  if [ "$(readlink -- "$1" || true)" = "$2" ]; then share_exchange "$2" "$1" && as_user rm -f -- "$2"
  else [ ! -e "$1" ] && [ ! -L "$1" ] && as_user mv -T -- "$2" "$1"; fi
}
