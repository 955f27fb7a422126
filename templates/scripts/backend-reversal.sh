# shellcheck shell=bash
# Step `backend`, the way back: a release that did not come up, or was not confirmed, gives way to what ran before.

# The release did not come up: all is as before, and the run fails.
backend_refuse() {
  local said
  said="release $(handover release) did not come up: $(why)"
  site_put_back "$said"
  backend_step_back
  backend_reverted "$(backend_in_words "$said")" "$(backend_correct "$said"), then '$PULUMI up'"
}

# backend_correct SAID: what to correct. Where the backend answered, and the configuration expects something else, either
# may be wrong.
backend_correct() {
  case $1 in
    *'token was refused'* | *'refused the token'*)
      say "correct the token that the handshake shows ($(backend_token_key), or TOKEN_SECRET of $(backend_key secretEnvironment)), or the backend: read its own lines above"
      ;;
    *websocketPath*) say "correct key $(backend_path_key), or the backend" ;;
    *'set backendPort to'*) say "correct key $(backend_key port), or the backend" ;;
    *docs/handshake.md*) say "correct key $(backend_handshake_key) (docs/handshake.md), or the backend: read its own lines above" ;;
    *) say "correct the backend: read its own lines above" ;;
  esac
}

# backend_reverted WHY NEXT: the reason is said once; the result is what serves.
backend_reverted() {
  printf 'geo-system %s: %s\n  next: %s\n' "$BACKEND_STEP" "$1" "$2" >&2
  RESULT=reverted
  say "reverted: $BACK$SITE_BACK"
  stop
}

# What ran before serves: the same process, where it still runs; BACK says which. A site that was put back leads there already.
backend_step_back() {
  local former
  former=$(current release)
  handover_enter proving # it is no longer in use, though it was confirmed
  [ "$SITE_IS_BACK" = yes ] || ! handover_leads || backend_lead_back
  if application step-back "$APP" "$(handover run)" "$(handover_former_port)" 2> "$PAYLOAD/back"; then
    if [ -n "$former" ]; then BACK="release $former serves on"; else BACK="what ran as $APP before serves on"; fi
  else backend_start_former "$former"; fi
  [ -n "$former" ] || backend_give_back_data
  backend_end_handover
}

# backend_start_former RELEASE
backend_start_former() {
  if [ -n "$1" ] && [ -e "$APP_ROOT/ecosystem.config.cjs" ] && [ -d "$APP_ROOT/releases/$1" ]; then
    backend_ecosystem "$(current environment)" < "$APP_ROOT/ecosystem.config.cjs" > "$PAYLOAD/former"
    install -m 0644 "$PAYLOAD/former" "$(backend_next)"
    if backend_start "$(backend_next)" "$(current run)" "$(handover_former_port)"; then BACK="release $1 serves again"
    else BACK="release $1 was put back and does not come up either: $(why)"; fi
  elif backend_had_former_application; then
    if application_reads "$BACKEND_FORMER" restore; then BACK="what ran as $APP before serves again"
    else BACK="what ran as $APP before does not start again either"; fi
  elif backend_has_taken; then
    backend_drop_application
    rm -f "$BACKEND_APPLIED" # as if this run had never been
    BACK="$(taken_description) serves on"
  else
    backend_drop_application
    BACK="there is no release before it, so this package serves nothing"
  fi
}

# Where it was begun by a version that knew one way, the port does not change.
handover_former_port() { handover former-port | grep . || handover port; }

# The verb: what is not confirmed goes. `--because WHY` says why; `--when-due` is the timer's.
backend_take_back() {
  local why='it was taken back by hand' release
  if [ ! -d "$HANDOVER" ] && [ -e "$SITE_FORMER" ] && [ "${1-}" != --when-due ]; then
    [ "${1-}" != --because ] || why=$2
    backend_take_back_site "$why"
    return 0
  fi
  backend_recall || return 0
  case "${1-}" in
    --because) why=$2 ;;
    --when-due)
      [ "$(date +%s)" -ge "$(< "$HANDOVER/until")" ] || { say 'its time is not over'; return 0; }
      why='it was not confirmed in time' ;;
  esac
  if [ "$(handover_phase)" = confirmed ] && application serves "$APP" "$(handover port)" "$(handover run)" 2> /dev/null; then
    backend_finish
    changed "finished the handover to release $(current release)"
    return 0
  fi
  release=$(handover release)
  site_put_back "release $release: $why"
  backend_step_back
  [ ! -e "$BACKEND_CURRENT" ] || current_write refused "$release, $(date -u '+%FT%TZ'): $why"
  backend_note_as_before
  RESULT=reverted
  say "reverted: release $release: $why; $BACK$SITE_BACK"
  exit 0
}

# These are of the release that serves, and not what the last apply brought.
backend_note_as_before() {
  local path
  for path in "$APP_ROOT/ecosystem.config.cjs" "$BACKEND_HANDSHAKE"; do
    [ ! -e "$path" ] || unfinished_note "$path" "$path"
  done
}

# No release waits for a proof, and a site does.
backend_take_back_site() {
  site_put_back "$1"
  [ -n "$SITE_BACK" ] || return 0
  RESULT=reverted
  say "reverted: $1$SITE_BACK"
  exit 0
}

# The step failed before its release was tried: the site that was made for it goes too. Of a handover that was begun the
# timer takes both back.
backend_abandon() {
  [ ! -d "$HANDOVER" ] || return 0
  site_put_back "step $BACKEND_STEP failed"
  [ -z "$SITE_BACK" ] || say "geo-system $BACKEND_STEP: ${SITE_BACK#; }" >&2
}
