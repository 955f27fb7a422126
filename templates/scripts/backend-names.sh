# shellcheck shell=bash
# Step `backend`, one for each application of the host: `backend` is the one that has no name, `backend-NAME` each other
# one. What belongs to one of them alone is named here, by its step; everything else of the step is the same for all.
#   /srv/geo-backend                       see backend.sh; the payload says the name, which no other application has
#   /var/lib/geo-system/backend[-NAME]     what the package remembers of it
#   /etc/nginx/geo-system/[NAME/]          its upstream, see site-upstream.sh
# pm2, its unit and our programs are the host's: they come with the first application and go with the last one.

# backend_names STEP: from here on the functions of the step are about this one.
backend_names() {
  local name=${1#backend}
  BACKEND_STEP=$1 BACKEND_NAME=${name#-}
  BACKEND_STATE="$STATE/$1" BACKEND_BEFORE="$STATE/before/$1" BACKEND_APPLIED="$STATE/applied/$1"
  BACKEND_CURRENT="$BACKEND_STATE/current"              # the release in use: which, since when, by whom, why
  BACKEND_RELEASES="$BACKEND_STATE/releases"            # of each release: how pm2 runs it, and when it was last in use
  BACKEND_INSTALLED="$BACKEND_STATE/installed"          # of each one that was installed: `files`, their sums, and `name`, that of this very installation
  BACKEND_RESENT="$BACKEND_STATE/resent"                # see backend-release.sh
  BACKEND_FORMER="$BACKEND_BEFORE/application.json"     # what ran under this name before this package, as pm2 describes it
  BACKEND_HANDSHAKE="/usr/local/lib/geo-system/handshake$name.json" # of the release in use: a new one brings its own, which comes here with it
  HANDOVER="$BACKEND_STATE/handover"                    # the handover under way; its file `phase`: proving, provisional or confirmed
  # No name of a step holds a colon, so that no timer of another application is meant.
  HANDOVER_TIMER="geo-system-$1${name:+:}"
  TAKEN="$BACKEND_BEFORE/taken"
  DATA_MOVED="$BACKEND_BEFORE/data"
  DATA_COPIED="$BACKEND_BEFORE/copied"
  UPSTREAM="/etc/nginx/geo-system${BACKEND_NAME:+/$BACKEND_NAME}/upstream.conf"
  UPSTREAM_BACKEND="geo_system_backend${BACKEND_NAME:+_$BACKEND_NAME}"
  UPSTREAM_FORMER="geo_system_former${BACKEND_NAME:+_$BACKEND_NAME}"
}
backend_names backend # what runs without a step of its own is about the one without a name

# backend_key NAME: how the configuration calls it: `backendPort`, or `applications.api.port`.
backend_key() { if [ -z "$BACKEND_NAME" ]; then say "backend${1^}"; else say "applications.$BACKEND_NAME.$1"; fi; }

# Keys that are the same for a host with one application.
backend_handshake_key() { if [ -z "$BACKEND_NAME" ]; then say handshake; else backend_key handshake; fi; }
backend_token_key() { if [ -z "$BACKEND_NAME" ]; then say handshakeToken; else backend_key handshakeToken; fi; }
backend_taken_key() { if [ -z "$BACKEND_NAME" ]; then say takeOver.data; else backend_key takeOver.data; fi; }
backend_path_key() { if [ -z "$BACKEND_NAME" ]; then say websocketPath; else say routes; fi; }

# backend_in_words TEXT: what a program said of a key, by the name that the configuration has for it.
backend_in_words() {
  local text=${1//websocketPath/$(backend_path_key)}
  say "${text//backendPort/$(backend_key port)}"
}

# The other applications of this host, one step a line.
backend_others() {
  local owner step
  for owner in "$STATE"/before/backend/owner "$STATE"/before/backend-*/owner; do
    step=${owner%/owner} step=${step##*/}
    [ ! -e "$owner" ] || [ "$step" = "$BACKEND_STEP" ] || say "$step"
  done
}

# How pm2 calls them.
backend_other_names() {
  local step
  for step in $(backend_others); do cut -d ' ' -f 1 "$STATE/before/$step/owner"; done
}

backend_is_last() { [ -z "$(backend_others)" ]; }

# Whether the site leads to it, as it was applied last. Before there were several it led to the one there was.
backend_is_served() {
  local all
  all=$(upstream_steps "$STATE/applied/site")
  [ -z "$all" ] || grep -qxF "$BACKEND_STEP" <<< "$all"
}

# backend_is_kept PATH: does another application remember what was there before the package?
backend_is_kept() {
  local step kept
  for step in $(backend_others); do
    kept="$STATE/before/$step$1"
    if [ -e "$kept" ] || [ -L "$kept" ] || [ -e "$kept.absent" ]; then return 0; fi
  done
  return 1
}

# backend_pass_on PATH …: what was there before is remembered by another application from now on.
backend_pass_on() {
  local path kept to
  to="$STATE/before/$(backend_others | sed -n 1p)"
  for path in "$@"; do
    for kept in "$path" "$path.absent"; do
      [ -e "$BACKEND_BEFORE$kept" ] || [ -L "$BACKEND_BEFORE$kept" ] || continue
      mkdir -p "$(dirname "$to$kept")"
      mv -fT "$BACKEND_BEFORE$kept" "$to$kept"
    done
  done
}
