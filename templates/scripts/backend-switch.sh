# shellcheck shell=bash
# Step `backend`, a handover by nginx: for a process that cannot leave its port, and for releases whose clients must not
# meet two new processes. The release runs on the other set of ports; one reload makes nginx take that set first; the old
# process keeps its connections, and the sets have swapped roles.
#   /etc/nginx/geo-system/upstream.conf -> upstream-a.conf or upstream-b.conf     see infra/render/ports.ts
# The link is what nginx reads at the next boot. Until a release is confirmed that is the old one, as in pm2's saved list:
# so the link moves for the reload alone, and for good when the release is confirmed.

UPSTREAM=/etc/nginx/geo-system/upstream.conf

# The set of ports of the release in use: a until a release was handed over by nginx.
backend_set() {
  local set
  set=$(current set)
  say "${set:-a}"
}

backend_other_set() { if [ "$(backend_set)" = a ]; then say b; else say a; fi; }

# backend_ports SET: the ports of a set in one word, 3000 or 3000,3002.
backend_ports() { if [ "$1" = a ]; then settings port; else settings standby-port; fi | paste -sd ,; }

# `paced`, `at-once` or `stop-start`. Versions before this setting said 0 seconds for the last.
backend_how() {
  local default=paced
  [ "$(setting handover-seconds)" != 0 ] || default=stop-start
  setting handover "$default"
}

# How the release takes the place of the one before, and the set of ports that it will be on: `leave a`.
backend_way() {
  local set how
  set=$(backend_set) how=$(backend_how)
  if [ ! -L "$UPSTREAM" ]; then backend_way_without_nginx "$set" "$how"
  elif [ "$how" != stop-start ] && backend_runs; then
    if [ "$how" = at-once ] || [ "$(setting way '')" = switch ] || ! application can-leave "$APP" 2> /dev/null; then say "switch $(backend_other_set)"
    else say "leave $set"; fi
  elif application free "$APP" "$(backend_ports "$set")" 2> "$PAYLOAD/why"; then say "replace $set"
  else say "switch $(backend_other_set)"; fi # a process that is not ours has the port, and keeps it
}

# Where step `site` has placed no upstream, nginx cannot hand anything over.
backend_way_without_nginx() {
  if [ "$2" != stop-start ] && backend_runs; then say "leave $1"; else say "replace $1"; fi
}

# Does something run that can keep serving while the new release proves itself?
backend_runs() {
  application serves "$APP" own 2> /dev/null || application serves "$APP" "$(backend_ports "$(backend_set)")" 2> /dev/null
}

# The release runs on the other set, and each of its processes must pass the handshake there.
backend_gate_aside() {
  if application aside "$(backend_next)" "$(handover run)" "$(handover port)" "$(setting patience 30)" 2> "$PAYLOAD/why" &&
    backend_prove_process "$APP" "$(handover port | cut -d , -f 1)" "$(handover run)" &&
    application endure "$APP" "$(handover_probation)" "$(handover run)" 2> "$PAYLOAD/why"; then
    backend_show_notes "$APP"
    return 0
  fi
  backend_show_log "$APP"
  backend_refuse
}

# New connections meet the new release from here on.
backend_lead_over() {
  if backend_lead "$(handover set)"; then return 0; fi
  say "nginx does not take it: see 'sudo nginx -t'" > "$PAYLOAD/why"
  backend_refuse
}

# backend_lead SET: for now. Every failure is returned by hand, as in site-reload.sh.
backend_lead() {
  local former
  former=$(readlink "$UPSTREAM") || return 1
  backend_link_upstream "upstream-$1.conf" || return 1
  if systemctl is-active -q nginx && ! site_reload; then
    backend_link_upstream "$former"
    return 1
  fi
  backend_nginx_workers > "$HANDOVER/workers"
  backend_link_upstream "$former"
  touch "$SITE_RELOADED" # the link is newer than the reload, and nothing has to be taken over
}

# For good. Where nginx was reloaded or started by others since, it serves the old set again.
backend_lead_for_good() {
  backend_link_upstream "upstream-$(handover set).conf"
  if systemctl is-active -q nginx && [ "$(backend_nginx_workers)" != "$(cat "$HANDOVER/workers" 2> /dev/null)" ]; then
    site_reload || fail "nginx does not take release $(handover release) over" "sudo nginx -t names what is wrong; then '$PULUMI up'"
    backend_nginx_workers > "$HANDOVER/workers"
  fi
  touch "$SITE_RELOADED"
}

# The old set first again. Where nginx does not reload, it still finds it: the other set refuses once the release is gone.
backend_lead_back() {
  [ -L "$UPSTREAM" ] || return 0
  backend_link_upstream "upstream-$(handover former-set).conf"
  ! systemctl is-active -q nginx || site_reload || say "nginx was not reloaded: see 'sudo nginx -t'" >&2
}

backend_link_upstream() {
  ln -sfT "$1" "$(beside "$UPSTREAM")" && mv -fT "$(beside "$UPSTREAM")" "$UPSTREAM"
}

# Which processes of nginx take new connections: others after each reload.
backend_nginx_workers() { site_workers "$(systemctl show -p MainPID --value nginx)"; }
