# shellcheck shell=bash
# Step `backend`, its ports: those of the release in use, those that are wanted (two sets, see infra/render/ports.ts), and a
# release on others than the ones in use.

# in_use RECORD_NAME HANDOVER_NAME: of the release in use; also where a run was cut off that had confirmed it, and not yet
# written it down.
in_use() { if [ "$(handover_phase 2> /dev/null || true)" = confirmed ]; then handover "$2"; else current "$1"; fi; }

# The set of ports of the release in use: a until a release was handed over by nginx.
backend_set() {
  local set
  set=$(in_use set set)
  say "${set:-a}"
}

# The ports of the release in use, in one word; of what is taken over, before the first one. Nothing where there is neither.
# A version that wrote none down had those of its set.
backend_ports_in_use() {
  local ports name=port
  ports=$(in_use ports port)
  [ -n "$ports" ] || ! backend_has_taken || ports=$(taken port)
  [ "$(backend_set)" = a ] || name=standby-port
  say "${ports:-$({ sed -n "s/^$name: //p" "$BACKEND_APPLIED" 2> /dev/null || true; } | paste -sd ,)}"
}

# Where what serves now is to be found.
backend_serving_ports() { backend_ports_in_use | grep . || backend_ports "$(backend_set)"; }

# backend_moves: are other ports wanted than those of the release in use?
backend_moves() { [ "$(backend_serving_ports)" != "$(backend_ports "$(backend_set)")" ]; }

backend_other_set() { if [ "$(backend_set)" = a ]; then say b; else say a; fi; }

# backend_ports SET: the ports of a set in one word, 3000 or 3000,3002.
backend_ports() { if [ "$1" = a ]; then settings port; else settings standby-port; fi | paste -sd ,; }

# To ports that the release in use does not have.
backend_way_elsewhere() {
  local set=a
  if [ "$1" != stop-start ] && backend_runs; then
    backend_is_apart a || set=b
    say "switch $set"
  else
    application free "$APP" "$(backend_ports a)" 2> "$PAYLOAD/why" || set=b
    say "replace $set"
  fi
}

# backend_is_apart SET: has the release in use none of these ports?
backend_is_apart() { upstream_apart "$(backend_ports "$1")" "$(backend_serving_ports)"; }

# Step `site` comes first: nginx already has the ports of the payload, or an `up` left that step out.
backend_expect_upstream() {
  local set found
  [ -L "$UPSTREAM" ] || return 0
  for set in a b; do
    found=$(upstream_ports "$STATE/applied/site" "$set")
    [ -z "$found" ] || [ "$found" = "$(backend_ports "$set")" ] ||
      fail "nginx was set up for port $found, and the release is for port $(backend_ports "$set"); nothing was changed" "step site goes before step backend: '$PULUMI up' without --target"
  done
  ! backend_moves || [ "$(backend_how)" = stop-start ] || ! backend_runs || backend_is_apart a || backend_is_apart b ||
    fail "the release in use has port $(backend_serving_ports), which is in both sets of ports, $(backend_ports a) and $(backend_ports b); nothing was changed" "choose another $(backend_key standbyPort)"
}

# For a verb without a payload: the ports for which step `site` has set nginx up, where the `up` did not come further.
backend_take_upstream() {
  local set name ports
  [ -L "$UPSTREAM" ] || return 0
  for set in a b; do
    name=port ports=$(upstream_ports "$STATE/applied/site" "$set")
    [ "$set" = a ] || name=standby-port
    [ -n "$ports" ] || continue
    sed -i "/^$name: /d" "$PAYLOAD/settings"
    tr , '\n' <<< "$ports" | sed "s/^/$name: /" >> "$PAYLOAD/settings"
  done
}
