# shellcheck shell=bash
# Step `backend`, a handover by nginx: for a process that cannot leave its port, and for releases whose clients must not
# meet two new processes. The release runs on the other set of ports; one reload makes nginx take that set first; the old
# process keeps its connections, and the sets have swapped roles.
#   /etc/nginx/geo-system/upstream.conf -> upstream-a.conf or upstream-b.conf     see site-upstream.sh
# The link is what nginx reads at the next boot. Until a release is confirmed that is the old one, as in pm2's saved list:
# so the link moves for the reload alone, and for good when the release is confirmed.
# Where other ports are wanted than those of the release in use, nginx hands over as well, whatever can leave its port.

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
  elif backend_moves; then backend_way_elsewhere "$how"
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
  application serves "$APP" own 2> /dev/null || application serves "$APP" "$(backend_serving_ports)" 2> /dev/null
}

# backend_is_aside: does the release in use run on the other set of ports, as after a restart by hand with another PORT?
# nginx then serves by its backup alone.
backend_is_aside() {
  [ -L "$UPSTREAM" ] && [ ! -d "$HANDOVER" ] && [ -n "$(current run)" ] &&
    ! application serves "$APP" "$(backend_serving_ports)" "$(current run)" 2> /dev/null &&
    application serves "$APP" "$(backend_ports "$(backend_other_set)")" "$(current run)" 2> /dev/null
}

# backend_follow WANTED: nginx follows a release that is aside, so that its clients stay; then, does it serve as wanted?
backend_follow() {
  local set
  backend_is_aside || return 1
  set=$(backend_other_set)
  # Saved, it is there after a boot as well.
  if ! backend_link_for_good "$set" || ! current_write set "$set" ports "$(backend_ports "$set")" || ! backend_save_run "$(current run)"; then
    fail "release $(current release) runs on port $(backend_ports "$set"), which cannot be written down" "is the disk full? df -h $STATE $NGINX $APP_HOME; then '$PULUMI up'"
  fi
  ! systemctl is-active -q nginx || site_reload || fail "nginx does not take the ports of release $(current release) over" "sudo nginx -t names what is wrong; then '$PULUMI up'"
  touch "$SITE_RELOADED"
  changed "nginx leads to port $(backend_ports "$set") first, where release $(current release) runs"
  backend_serves "$1"
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

# backend_lead SET: for now, and so do the other releases that wait for their proof. Every failure is returned by hand, as in site-reload.sh.
backend_lead() {
  local former part step led=yes
  former=$(readlink "$UPSTREAM") || return 1
  part=$(backend_leading_part "$1") || return 1
  backend_link_upstream "$part" || return 1
  for step in $(backend_others); do (backend_names "$step"; backend_lead_too) || led=no; done
  [ "$led" = no ] || ! systemctl is-active -q nginx || site_reload || led=no
  [ "$led" = no ] || backend_nginx_workers > "$HANDOVER/workers"
  backend_link_upstream "$former"
  for step in $(backend_others); do (backend_names "$step"; backend_lead_no_more "$led"); done
  [ "$led" = yes ] || return 1
  touch "$SITE_RELOADED" # the link is newer than the reload, and nothing has to be taken over
}

# backend_leading_part SET: where the link leads meanwhile.
backend_leading_part() {
  if [[ $(handover_former_link) != upstream-former-* ]]; then say "upstream-$1.conf"; return; fi
  backend_leading "$1" > "$HANDOVER/upstream" || return 1
  say "$HANDOVER/upstream"
}

# The release of another application that serves for now, and to which nginx leads since its own reload.
backend_leads_for_now() { [ "$(handover_phase 2> /dev/null)" = provisional ] && handover_leads; }

backend_lead_too() {
  local part
  backend_leads_for_now || return 0
  part=$(backend_leading_part "$(handover set)") && backend_link_upstream "$part"
}

# backend_lead_no_more LED
backend_lead_no_more() {
  backend_leads_for_now || return 0
  [ "$1" = no ] || backend_nginx_workers > "$HANDOVER/workers"
  backend_link_upstream "$(backend_link)"
}

# backend_leading SET: its part, and the release before where it is: it takes over where this one refuses, and its clients
# find their sessions.
backend_leading() {
  awk -v ports="$(handover_former_port)" -v former="$UPSTREAM_FORMER" '
    $1 == "upstream" { name = $2 }
    name == former && $1 == "server" { next }
    $1 == "server" && $3 == "backup" { backup = 1 }
    $1 == "}" { count = split(ports, all, ",")
      for (i = 1; i <= count; i++) {
        if (name == former) print "    server 127.0.0.1:" all[i] " max_fails=0;"
        else if (backup) print "    server 127.0.0.1:" all[i] " backup max_fails=0;"
      } }
    { print }' "$(upstream_part "$1")"
}

# Where the link leads as long as the release in use is; nothing where step `site` has placed none.
backend_link() { [ ! -L "$UPSTREAM" ] || site_upstream "$STATE/applied/site"; }

# Does nginx lead elsewhere with this release?
handover_leads() { [ -L "$UPSTREAM" ] && [ "upstream-$(handover set).conf" != "$(handover_former_link)" ]; }

# A version before wrote none, and knew two parts.
handover_former_link() { handover former-link | grep . || say "upstream-$(handover former-set | grep . || handover set).conf"; }

# For good. Where nginx was reloaded or started by others since, it serves the old set again.
backend_lead_for_good() {
  if systemctl is-active -q nginx && [ "$(backend_nginx_workers)" != "$(cat "$HANDOVER/workers" 2> /dev/null)" ]; then
    backend_lead "$(handover set)" || fail "nginx does not take release $(handover release) over" "sudo nginx -t names what is wrong; then '$PULUMI up'"
  fi
  backend_link_for_good "$(handover set)"
  touch "$SITE_RELOADED"
}

# backend_link_for_good SET: the part of the ports that were in use before goes.
backend_link_for_good() {
  backend_link_upstream "upstream-$1.conf" || return 1
  rm -f "${UPSTREAM%.conf}"-former-?.conf
}

# The old set first again. Where nginx does not reload, it still finds it: the other set refuses once the release is gone.
backend_lead_back() {
  local link
  link=$(backend_link)
  [[ $link != upstream-former-* ]] || upstream_former "$STATE/applied/site" "$(backend_serving_ports)" > "${UPSTREAM%/*}/$link"
  backend_link_upstream "$link"
  ! systemctl is-active -q nginx || site_reload || say "nginx was not reloaded: see 'sudo nginx -t'" >&2
}

backend_link_upstream() {
  ln -sfT "$1" "$(beside "$UPSTREAM")" && mv -fT "$(beside "$UPSTREAM")" "$UPSTREAM"
}

# Which processes of nginx take new connections: others after each reload.
backend_nginx_workers() { site_workers "$(systemctl show -p MainPID --value nginx)"; }
