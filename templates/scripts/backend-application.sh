# shellcheck shell=bash
# Step `backend`, the application: the start, the proof that it serves, and the way back.

BACKEND_STARTED="$STATE/backend/started" # what the running process was started from
BACKEND_FORMER="$STATE/before/backend/application.json" # what somebody else ran under this name, as pm2 describes it

# What somebody else ran under this name serves until a release of ours has proven itself, and again after undo.
backend_keep_former_application() {
  [ ! -e "$BACKEND_FORMER" ] || return 0
  application show "$APP" > "$BACKEND_FORMER.new"
  mv "$BACKEND_FORMER.new" "$BACKEND_FORMER"
}

backend_had_former_application() { grep -qs '"name"' "$BACKEND_FORMER"; }

# backend_wanted GENERATION: all that the process depends on, in one line.
backend_wanted() {
  say "$(setting release) $(backend_wanted_environment "$1") $(sha256sum < "$(payload_file "$APP_ROOT/ecosystem.config.cjs")" | cut -c 1-16) $NODE_VERSION"
}

backend_serves() {
  [ "$(cat "$BACKEND_STARTED" 2> /dev/null)" = "$(backend_wanted "$1")" ] &&
    [ "$(readlink "$APP_ROOT/current")" = "releases/$(setting release)" ] &&
    [ "$(readlink "$APP_ROOT/secret.env")" = "$(backend_wanted_environment "$1")" ] &&
    same_file "$(payload_file "$APP_ROOT/ecosystem.config.cjs")" "$APP_ROOT/ecosystem.config.cjs" root:root 0644 &&
    application serves "$APP" "$(setting port)" 2> /dev/null
}

# backend_switch GENERATION: starts the release in the place of what runs. What does not serve is taken back.
backend_switch() {
  local wanted environment
  wanted=$(backend_wanted "$1") environment=$(backend_wanted_environment "$1")
  backend_remember_former
  rm -f "$BACKEND_STARTED"
  place_link "releases/$(setting release)" "$APP_ROOT/current"
  place_link "$environment" "$APP_ROOT/secret.env"
  place_file "$APP_ROOT/ecosystem.config.cjs"
  if backend_start; then
    install -d -m 0700 "$STATE/backend"
    say "$wanted" > "$BACKEND_STARTED"
    changed "release $(setting release) serves on port $(setting port)"
    return 0
  fi
  backend_show_log
  backend_take_back
}

backend_start() { application start "$APP_ROOT/ecosystem.config.cjs" "$(setting patience 30)" 2> "$PAYLOAD/why"; }

backend_remember_former() {
  local log
  FORMER_RELEASE=$(readlink "$APP_ROOT/current" || true)         # none before the first apply
  FORMER_ENVIRONMENT=$(readlink "$APP_ROOT/secret.env" || true)  # as well
  FORMER_STARTED=$(cat "$BACKEND_STARTED" 2> /dev/null || true)  # as well
  rm -f "$PAYLOAD/ecosystem.former"
  [ ! -e "$APP_ROOT/ecosystem.config.cjs" ] || cp -a "$APP_ROOT/ecosystem.config.cjs" "$PAYLOAD/ecosystem.former"
  for log in out error; do
    stat -c '%s' "$(backend_log "$log")" > "$PAYLOAD/$log.size" 2> /dev/null || say 0 > "$PAYLOAD/$log.size"
  done
}

backend_log() { say "$APP_HOME/.pm2/logs/$APP-$1.log"; }

# What the release itself said since it was started.
backend_show_log() {
  local log
  say "the last lines of release $(setting release):" >&2
  for log in out error; do
    [ ! -e "$(backend_log "$log")" ] || tail -c "+$(($(< "$PAYLOAD/$log.size") + 1))" "$(backend_log "$log")" | tail -n 15 | sed 's/^/  | /' >&2
  done
}

# Puts the release before back and serves it, with the environment and the ecosystem file it had.
backend_take_back() {
  local why
  why="release $(setting release) did not come up: $(tail -n 1 "$PAYLOAD/why")"
  if [ -z "$FORMER_RELEASE" ] || [ ! -d "$APP_ROOT/$FORMER_RELEASE" ]; then
    rm -f "$APP_ROOT/current"
    backend_had_former_application || backend_reverted "$why; there is no release before it, so nothing is served"
    application_reads "$BACKEND_FORMER" restore || backend_reverted "$why; what ran as $APP before does not start again either"
    backend_reverted "$why; what ran as $APP before serves again"
  fi
  place_link "$FORMER_RELEASE" "$APP_ROOT/current"
  # Either may have been missing: then with no secrets, or by the ecosystem file that is there.
  place_link "${FORMER_ENVIRONMENT:-$(backend_wanted_environment none)}" "$APP_ROOT/secret.env"
  [ ! -e "$PAYLOAD/ecosystem.former" ] || cp -a "$PAYLOAD/ecosystem.former" "$APP_ROOT/ecosystem.config.cjs"
  backend_start || backend_reverted "$why; release ${FORMER_RELEASE#releases/} was put back and does not come up either: $(tail -n 1 "$PAYLOAD/why")"
  [ -z "$FORMER_ENVIRONMENT" ] || say "$FORMER_STARTED" > "$BACKEND_STARTED" # otherwise the next apply starts it anew
  backend_reverted "$why; release ${FORMER_RELEASE#releases/} serves again"
}

backend_reverted() {
  printf 'geo-system backend: %s\n  next: correct the backend by its own lines above, then '\''pulumi up'\''\n' "$1" >&2
  say "reverted: $1"
  stop
}

backend_check_application() {
  local started
  started=$(cat "$BACKEND_STARTED" 2> /dev/null || true) # the last start failed
  [ "${started%% *}" = "$(setting release)" ] || changed "the process was started from release '${started%% *}'"
  application serves "$APP" "$(setting port)" 2> "$PAYLOAD/why" || changed "$(tail -n 1 "$PAYLOAD/why")"
}
