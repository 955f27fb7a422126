# shellcheck shell=bash
# Files of the host that the package owns: placed only when something differs, and given back by undo.

# beside PATH: where its next content waits to be moved there. Hidden, so that no `include sites-enabled/*` reads what a
# cut left behind.
beside() { say "${1%/*}/.${1##*/}.geo-system-new"; }

# keep PATH: remembers, once, what lay at PATH before the first apply (or that nothing did).
keep() {
  local kept="$STATE/before/$STEP$1"
  [ ! -e "$kept" ] && [ ! -L "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  [ "$(step_kind "$STEP")" != backend ] || ! backend_is_kept "$1" || return 0
  install -d -m 0700 "$STATE" "$STATE/before"
  mkdir -p "$(dirname "$kept")"
  [ -e "$1" ] || [ -L "$1" ] || { : > "$kept.absent"; return 0; }
  # In one move: a copy that was cut short must never pass for what was there.
  rm -rf "$kept.new"
  cp -a "$1" "$kept.new"
  mv -fT "$kept.new" "$kept"
}

# give_back PATH: puts back what `keep` remembered.
give_back() {
  local kept="$STATE/before/$STEP$1" new
  new=$(beside "$1")
  if [ -e "$kept" ] || [ -L "$kept" ]; then
    mkdir -p "$(dirname "$1")"
    rm -rf "$new"
    cp -a "$kept" "$new"
    [ ! -d "$1" ] || [ -L "$1" ] || rm -rf "$1" # a folder is not replaced in one move
    mv -fT "$new" "$1"
    rm -rf "$kept"
    changed "restored $1"
  elif [ -e "$kept.absent" ]; then
    if [ -e "$1" ] || [ -L "$1" ]; then
      rm -rf "$1"
      changed "removed $1"
    fi
    rm -f "$kept.absent"
  fi
}

# same_file SOURCE PATH OWNER MODE: is PATH already as desired?
same_file() {
  [ -f "$2" ] && [ ! -L "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c '%U:%G %04a' "$2")" = "$3 $(printf '%04d' "$((10#$4))")" ]
}

# write_file SOURCE PATH OWNER MODE: writes PATH in one move, so that no reader ever sees half of it.
write_file() {
  local new
  same_file "$@" && return 0
  keep "$2"
  new=$(beside "$2")
  install -D -o "${3%:*}" -g "${3#*:}" -m "$4" "$1" "$new"
  sync "$new" # a power cut soon after the move would leave an empty file
  unfinished_note "$2" "$1"
  mv -fT "$new" "$2"
  changed "wrote $2"
}

# place_file PATH: writes the payload's file of that name.
place_file() {
  local number owner mode path
  while read -r number owner mode path; do
    [ "$path" != "$1" ] || write_file "$PAYLOAD/files/$number" "$path" "$owner" "$mode"
  done < <(payload_files)
}

# place_link TARGET PATH: makes PATH a link to TARGET, in one move.
place_link() {
  [ "$(readlink "$2" || true)" != "$1" ] || return 0 # may not be there
  keep "$2"
  ln -sfT "$1" "$(beside "$2")"
  mv -fT "$(beside "$2")" "$2"
  changed "linked $2 -> $1"
}

# check_file PATH: is the payload's file on the host as it was applied? Prints what differs.
check_file() {
  local number owner mode path
  while read -r number owner mode path; do
    [ "$path" = "$1" ] || continue
    same_file "$PAYLOAD/files/$number" "$path" "$owner" "$mode" && return 0
    [ -e "$path" ] || { changed "$path is missing"; return 0; }
    changed "$path differs from what was applied ($(stat -c '%U:%G %04a, modified %y' "$path"))"
  done < <(payload_files)
}
