# shellcheck shell=bash
# A payload is text a person can read in a diff: settings first, one `name: value` a line (a name may come more
# than once), then files, each under a heading `==> /path owner:group mode <==`, and `==> end <==` as the last line.

PAYLOAD="$RUN/payload.$$" # the folder the payload is taken apart into

run_has_payload() { [[ $VERB = apply || $VERB = environment ]]; }

payload_read() {
  install -d -m 0700 "$RUN" "$PAYLOAD" "$PAYLOAD/files"
  (
    umask 077
    cat > "$PAYLOAD/text"
    : > "$PAYLOAD/index"
    : > "$PAYLOAD/settings"
    awk -v dir="$PAYLOAD" '
      $0 == "==> end <==" { printf "" > (dir "/whole"); exit }
      /^==> \/.* [^ ]+:[^ ]+ [0-7]+ <==$/ {
        if (count) close(target)
        count++
        target = dir "/files/" count
        printf "" > target
        print count, $(NF - 2), $(NF - 1), substr($0, 5, length($0) - 8 - length($(NF - 1)) - length($(NF - 2)) - 2) > (dir "/index")
        next
      }
      count { print > target; next }
      NF { print > (dir "/settings") }
    ' "$PAYLOAD/text"
  )
}

# A connection that broke off gave only the beginning of the text: half of a file must not be placed for the whole.
payload_expect_whole() {
  [ -e "$PAYLOAD/whole" ] || fail "the payload broke off before its last line, '==> end <=='" "the connection was lost: run '$PULUMI up' again"
}

# Runs that were killed could not take their payload away, which may be secret.
payload_forget_killed() {
  local folder
  for folder in "$RUN"/payload.*; do
    [ -e "/proc/${folder##*.}" ] || rm -rf "$folder"
  done
}

# setting NAME [DEFAULT]: the first value of a setting; without a default it must be there. Asked for so often that it
# starts no process.
setting() {
  local line value=''
  while IFS= read -r line; do
    [[ $line = "$1: "* ]] || continue
    value=${line#"$1: "}
    break
  done < "$PAYLOAD/settings"
  if [ -n "$value" ]; then say "$value"
  elif [ $# -gt 1 ]; then say "$2"
  else fail "the payload has no setting '$1'" "run '$PULUMI up' with the version that wrote this command"; fi
}

# settings NAME: every value of a setting, one a line.
settings() {
  local line
  while IFS= read -r line; do [[ $line != "$1: "* ]] || say "${line#"$1: "}"; done < "$PAYLOAD/settings"
}

# payload_files: "number owner:group mode path", one file a line, in the payload's order.
payload_files() {
  local line
  while IFS= read -r line; do say "$line"; done < "$PAYLOAD/index"
}

payload_has() {
  local path
  while read -r _ _ _ path; do [ "$path" != "$1" ] || return 0; done < "$PAYLOAD/index"
  return 1
}

# payload_file PATH: the payload's file for that destination.
payload_file() {
  local number path
  while read -r number _ _ path; do
    [ "$path" != "$1" ] || { say "$PAYLOAD/files/$number"; return 0; }
  done < "$PAYLOAD/index"
  fail "the payload has no file '$1'" "run '$PULUMI up' with the version that wrote this command"
}

# payload_keep: remembers what was applied, for `check` and `undo`. Of a payload with `secret: yes` only the settings
# are kept: its files are the secret. With `secret: PATH` that file is left out.
payload_keep() {
  local text="$PAYLOAD/text"
  case "$(setting secret no)" in
    no) ;;
    yes) text="$PAYLOAD/settings" ;;
    *)
      text="$PAYLOAD/kept"
      awk -v heading="==> $(setting secret) " '/^==> / { left = index($0, heading) == 1 } !left' "$PAYLOAD/text" > "$text"
      ;;
  esac
  install -d -m 0700 "$STATE" "$STATE/applied"
  install -m 0600 "$text" "$STATE/applied/$STEP.new"
  mv -fT "$STATE/applied/$STEP.new" "$STATE/applied/$STEP"
}
