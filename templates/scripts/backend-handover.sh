# shellcheck shell=bash
# Step `backend`, a new release in the place of the old one. Until it is confirmed, after the proof from outside, all is
# as before: what a boot brings back, `current`, and the old process with its connections, which only left its port.
#   begin -> gate -> hand over -> (the handshake from outside) -> confirm, or take back
# Cut off anywhere, a timer of the host takes back what was not confirmed, and finishes what was.

# Seconds that a release must live before a user meets it, and seconds for the proof from outside.
handover_probation() { setting probation 2.5; }
handover_patience() { setting confirm-within 120; }

# Seconds over which clients are asked to reconnect, and the longest that they are waited for while they go on leaving;
# infra/steps/verdict.ts waits as long.
handover_pace() { if [ "$(handover how)" = at-once ]; then say 0; else handover seconds; fi; }
handover_limit() { local seconds; seconds=$((10 * ($(handover seconds) + 5))); say "$((seconds > 120 ? seconds : 120))"; }

# handover NAME: what is written down of the handover under way.
handover() { sed -n "s|^$1: ||p" "$HANDOVER/record"; }
handover_phase() { local phase; read -r phase < "$HANDOVER/phase" && say "$phase"; }

# backend_switch WHY: the release of the payload serves, for now.
backend_switch() {
  backend_begin "$1"
  backend_mark_log
  case "$(handover way)" in
    leave)
      backend_gate
      backend_hand_over
      ;;
    switch)
      backend_gate_aside
      backend_lead_over
      ;;
    replace)
      backend_replace
      ! handover_leads || backend_lead_over
      ;;
  esac
  handover_enter provisional
  backend_arm "$(handover_patience)" # from now on it is the proof from outside that takes time
  changed "release $(handover release) serves on port $(handover port)"
}

handover_enter() {
  say "$1" > "$HANDOVER/phase.new"
  mv -f "$HANDOVER/phase.new" "$HANDOVER/phase"
}

backend_begin() {
  local wanted environment way set
  wanted=$(backend_wanted) environment=$(backend_wanted_environment)
  read -r way set < <(backend_way)
  [ "$way" != switch ] || backend_note_taken
  rm -rf "$HANDOVER" "$HANDOVER.new"
  install -d -m 0700 "$BACKEND_STATE" "$HANDOVER.new"
  cp "$(payload_file "$APP_ROOT/ecosystem.config.cjs")" "$HANDOVER.new/ecosystem"
  say proving > "$HANDOVER.new/phase"
  printf '%s: %s\n' release "$(setting release)" run "$(backend_run "$(setting release)" "$wanted")" wanted "$wanted" environment "$environment" node "$NODE_VERSION" \
    since "$(date -u '+%FT%TZ')" by "$(session_user)" why "$1" \
    way "$way" how "$(backend_how)" seconds "$(setting handover-seconds)" set "$set" port "$(backend_ports "$set")" \
    former-set "$(backend_set)" former-port "$(backend_serving_ports)" former-link "$(backend_link)" standby-port "$(backend_ports "$(backend_other_set)")" > "$HANDOVER.new/record"
  mv -T "$HANDOVER.new" "$HANDOVER"
  backend_arm "$(handover_patience)"
  backend_ecosystem "$environment" < "$HANDOVER/ecosystem" > "$PAYLOAD/next"
  install -m 0644 "$PAYLOAD/next" "$(backend_next)"
  install -m 0644 "$(payload_file "$BACKEND_HANDSHAKE")" "$(backend_candidate_handshake)"
}

# Not next.config.cjs: Next.js looks for that name in every folder above the release.
backend_next() { say "$APP_ROOT/candidate.config.cjs"; }

# How a release that is not confirmed is proven. The one before keeps its own handshake, for the case that it stays.
backend_candidate_handshake() { say "$APP_ROOT/candidate.handshake.json"; }

# For good; a handover that an earlier version began has placed it already.
backend_place_handshake() {
  local candidate
  candidate=$(backend_candidate_handshake)
  [ -e "$candidate" ] || return 0
  cp "$candidate" "$BACKEND_RELEASES/$(handover release)/handshake"
  keep "$BACKEND_HANDSHAKE"
  install -m 0644 "$candidate" "$(beside "$BACKEND_HANDSHAKE")"
  mv -fT "$(beside "$BACKEND_HANDSHAKE")" "$BACKEND_HANDSHAKE"
}

# The release runs beside the old one and must pass the handshake of the configuration there.
backend_gate() {
  local standby="$APP-standby"
  rm -f "$(backend_log "$standby" out)" "$(backend_log "$standby" error)"
  if application beside "$(backend_next)" "$(handover standby-port)" "$(setting patience 30)" 2> "$PAYLOAD/why" &&
    backend_prove_process "$standby" "$(handover standby-port)" &&
    application endure "$standby" "$(handover_probation)" 2> "$PAYLOAD/why"; then
    backend_show_notes "$standby"
    return 0
  fi
  backend_show_log "$standby"
  backend_refuse
}

# New connections meet the standby while the application's port changes hands; those that stand are left alone.
backend_hand_over() {
  local code=0
  application hand-over "$(backend_next)" "$(handover run)" "$(handover port)" "$(setting patience 30)" 2> "$PAYLOAD/why" || code=$?
  if [ "$code" = 3 ]; then
    if [ -L "$UPSTREAM" ]; then backend_hand_over_by_nginx; else backend_replace; fi
    return 0
  fi
  if [ "$code" = 0 ] && backend_prove_process "$APP" "$(handover port)" "$(handover run)"; then return 0; fi
  backend_show_log "$APP"
  backend_refuse
}

# What runs was expected to leave its port, and did not.
backend_hand_over_by_nginx() {
  say "$(why): nginx hands over"
  sed -i -e 's|^way: .*|way: switch|' -e "s|^set: .*|set: $(backend_other_set)|" -e "s|^port: .*|port: $(handover standby-port)|" "$HANDOVER/record"
  backend_gate_aside
  backend_lead_over
}

# Nothing serves, or the backend cannot run twice: the old process ends first.
backend_replace() {
  if backend_start "$(backend_next)" "$(handover run)" "$(handover port)"; then
    backend_show_notes "$APP"
    return 0
  fi
  backend_show_log "$APP"
  backend_refuse
}

backend_end_handover() {
  rm -rf "$HANDOVER" "$(backend_next)" "$(backend_candidate_handshake)" "$APP_ROOT/next.config.cjs" # the latter by a version before
  backend_disarm
}

# The verb: the proof from outside is there, so what was for now stays.
backend_confirm() {
  if [ ! -d "$HANDOVER" ] && [ -e "$SITE_FORMER" ]; then
    site_confirm
    changed 'the site is confirmed'
    return 0
  fi
  backend_recall || return 0
  application insist "$APP" "$(handover run)" 2> "$PAYLOAD/why" ||
    fail "release $(handover release) cannot be confirmed: $(why)" "pm2 logs $APP --lines 20 --nostream, as $APP_USER; then '$PULUMI up'"
  backend_finish
  changed "release $(current release) is confirmed"
}

# The verb: a release that serves for now waits as long again, since the other hosts of its fleet are not proven yet.
backend_hold() {
  backend_recall || return 0
  [ "$(handover_phase)" != provisional ] || backend_arm "$(handover_patience)"
}

# For verbs without a payload: all they need was written down when the handover began.
backend_recall() {
  backend_owner || return 1
  if [ ! -d "$HANDOVER" ]; then
    say 'no handover is under way'
    return 1
  fi
  journal_release "$(handover release)"
}

# From here on the new release is what a boot brings back. Everything may be done twice: it may have been cut short.
backend_finish() {
  backend_save_run "$(handover run)"
  handover_enter confirmed
  ! handover_leads || backend_lead_for_good
  site_confirm
  install -d -m 0700 "$BACKEND_RELEASES" "$BACKEND_RELEASES/$(handover release)"
  cp "$HANDOVER/ecosystem" "$BACKEND_RELEASES/$(handover release)/ecosystem"
  backend_place_handshake
  grep -vE '^(standby-port|former-[a-z]*|seconds|way|how): ' "$HANDOVER/record" | sed 's/^port: /ports: /' > "$BACKEND_CURRENT.new"
  mv -f "$BACKEND_CURRENT.new" "$BACKEND_CURRENT"
  cp "$BACKEND_CURRENT" "$BACKEND_RELEASES/$(handover release)/record"
  install -m 0644 "$HANDOVER/ecosystem" "$APP_ROOT/ecosystem.config.cjs.new"
  mv -f "$APP_ROOT/ecosystem.config.cjs.new" "$APP_ROOT/ecosystem.config.cjs"
  backend_point
  backend_arm "$(($(handover_limit) + $(handover_patience)))"
  backend_arm_others "$(($(handover_limit) + $(handover_patience)))"
  application retire "$APP" "$(handover run)" "$(handover_pace)" "$(handover_limit)" "$(handover how)"
  backend_retire_taken
  backend_end_handover
  backend_prune
  services_drop_unlisted
}

# An earlier run was cut short: what it confirmed is finished, what it did not is taken back, unless this run wants it.
# backend_settle WANTED
backend_settle() {
  [ -d "$HANDOVER" ] || return 0
  if ! application serves "$APP" "$(handover port)" "$(handover run)" 2> /dev/null; then backend_step_back
  elif [ "$(handover_phase)" = confirmed ]; then backend_finish
  elif [ "$(handover_phase)" = provisional ] && [ "$(handover wanted)" = "$1" ]; then return 0
  else backend_step_back; fi
  say "an earlier run was cut short: $(current release) serves"
}

# backend_arm SECONDS: the dead man's switch, independent of the connection and of this script.
backend_arm() {
  backend_disarm
  say "$(($(date +%s) + $1))" > "$HANDOVER/until"
  systemd-run --quiet --collect --unit "$HANDOVER_TIMER-$$-$RANDOM" --on-active "$1" --timer-property AccuracySec=1s \
    /usr/local/sbin/geo-system "$BACKEND_STEP" take-back --when-due
}

# backend_arm_others SECONDS: their releases wait for their proof no shorter than this one takes.
backend_arm_others() {
  local step
  for step in $(backend_others); do
    (backend_names "$step"; [ "$(handover_phase 2> /dev/null)" != provisional ] || backend_arm "$1")
  done
}

backend_disarm() { systemctl stop "$HANDOVER_TIMER-*.timer"; }
