# shellcheck shell=bash
# Step `firewall`, its way back: a change stays only when an operator came in through it. Before the first rule is
# touched the state of ufw is kept and a timer of systemd is started, which depends on no connection and on no other
# file of this package. The timer puts everything back, unless a new connection confirms the change before.
#   armed/       while a change waits: ufw's files as they were, `name` and `within` of the change
#   geo-system   this script, as it was when it armed
#   confirmed    the name of the last change that was confirmed
#   taken-back   the name of the last change, where it was not, and on the second line why
# One rename of `armed/` decides: to confirm and to take back cannot both win. See firewall-restore.sh for the latter.

GUARD="$STATE/firewall"
GUARD_UNIT=geo-system-firewall # the boot's unit; with -NAME behind it the timer's
# What ufw is: rules, defaults, whether it is active.
GUARDED=(/etc/ufw/user.rules /etc/ufw/user6.rules /etc/default/ufw /etc/ufw/ufw.conf)
ARMED='' # the name of the change that this run armed

# Once a run. A change that still waits keeps its state from before: the way back leads to what was confirmed last.
firewall_arm() {
  local within former=''
  [ -z "$ARMED" ] || return 0
  within=$(setting confirm-within 60)
  if [ -d "$GUARD/armed" ]; then former=$(< "$GUARD/armed/name"); else firewall_keep; fi
  ARMED=$(cut -c 1-8 /proc/sys/kernel/random/uuid)
  rm -f "$GUARD/armed/settled"
  say "$within" > "$GUARD/armed/within"
  say "$ARMED" > "$GUARD/armed/name.new"
  mv -f "$GUARD/armed/name.new" "$GUARD/armed/name"
  firewall_arm_boot
  # A second too late does no harm, a minute (systemd's own accuracy) does. No clock that is set meanwhile moves it.
  systemd-run --quiet --collect --unit="$GUARD_UNIT-$ARMED" --on-active="$within" --timer-property=AccuracySec=1s \
    --description="takes a change of the firewall back" \
    /bin/bash "$GUARD/geo-system" firewall restore --change "$ARMED"
  [ -z "$former" ] || firewall_stop_timer "$former"
}

# Whole or not at all, and on the disk: the power may fail at any time.
firewall_keep() {
  local path
  rm -rf "$GUARD/armed.new"
  install -d -m 0700 "$STATE" "$GUARD" "$GUARD/armed.new" "$GUARD/armed.new/files"
  for path in "${GUARDED[@]}"; do
    [ ! -e "$path" ] || (cd / && cp -a --parents ".$path" "$GUARD/armed.new/files")
  done
  install -m 0700 "$0" "$GUARD/geo-system.new"
  find "$GUARD/armed.new" "$GUARD/geo-system.new" -type f -exec sync {} +
  mv -fT "$GUARD/geo-system.new" "$GUARD/geo-system"
  mv -T "$GUARD/armed.new" "$GUARD/armed"
  sync "$GUARD"
}

# The timer ends with the host: what still waits is then taken back at the next start, before ufw loads its rules. The
# link alone enables the unit for that start, so systemd need not read its units again.
firewall_arm_boot() {
  local units=/etc/systemd/system
  mkdir -p "$units/ufw.service.wants"
  cat > "$units/$GUARD_UNIT.service" << UNIT
[Unit]
Description=Takes back a change of the firewall that was not confirmed
DefaultDependencies=no
RequiresMountsFor=$GUARD /etc
After=local-fs.target systemd-remount-fs.service
Before=ufw.service
ConditionPathExists=|$GUARD/armed
ConditionPathExists=|$GUARD/taking-back

[Service]
Type=oneshot
ExecStart=/bin/bash $GUARD/geo-system firewall restore --boot
UNIT
  ln -sfT "../$GUARD_UNIT.service" "$units/ufw.service.wants/$GUARD_UNIT.service"
  sync "$units/$GUARD_UNIT.service" "$units/ufw.service.wants"
}

firewall_disarm_boot() {
  rm -f "/etc/systemd/system/ufw.service.wants/$GUARD_UNIT.service" "/etc/systemd/system/$GUARD_UNIT.service"
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/ufw.service.wants 2> /dev/null || true # may not be there
}

# The unit is gone where the timer has elapsed already.
firewall_stop_timer() { systemctl --quiet stop "$GUARD_UNIT-$1.timer" 2> /dev/null || true; }

# The last of apply: from now on a connection that comes in proves the new rules. The line tells the name to `pulumi up`.
firewall_settle() {
  if [ -z "$ARMED" ]; then
    # All is as desired, though a change was taken back once: someone else made it.
    [ -d "$GUARD/armed" ] || { rm -f "$GUARD/taken-back"; return 0; }
    firewall_arm # what a run before this one armed and was not confirmed
  fi
  [ "$(cat "$GUARD/armed/name" 2> /dev/null)" = "$ARMED" ] || fail "the change took longer than its $(setting confirm-within 60) seconds and was taken back" "run '$PULUMI up' again"
  firewall_now > "$GUARD/armed/settled"
  say "armed $ARMED: taken back in $(< "$GUARD/armed/within") seconds, unless a new connection confirms it: sudo geo-system firewall confirm"
}

# firewall_confirm [--change NAME]: keeps the change. `none` where the step changed nothing.
firewall_confirm() {
  local change=${2-} armed
  [ "$change" != none ] || return 0
  armed=$(cat "$GUARD/armed/name" 2> /dev/null || true) # nothing may be armed
  change=${change:-$armed}
  if [ -n "$armed" ] && [ "$armed" = "$change" ]; then
    firewall_expect_new_connection
    if mv -T "$GUARD/armed" "$GUARD/confirming" 2> /dev/null; then firewall_disarm "$armed"; return 0; fi
  fi
  firewall_wait_for_restore
  [ "$(cat "$GUARD/confirmed" 2> /dev/null)" != "$change" ] || return 0
  [ "$(sed -n 1p "$GUARD/taken-back" 2> /dev/null)" != "$change" ] || firewall_say_taken_back
  fail "no change of the firewall waits for a confirmation${change:+ under the name $change}" "sudo geo-system firewall check; '$PULUMI up' applies it again"
}

firewall_disarm() {
  firewall_stop_timer "$1"
  say "$1" > "$GUARD/confirmed"
  rm -f "$GUARD/taken-back"
  firewall_disarm_boot
  rm -rf "$GUARD/confirming"
  changed "confirmed: a new connection came in through the changed firewall"
}

firewall_say_taken_back() {
  fail "the change was TAKEN BACK, the firewall is as it was before it: $(sed -n 2p "$GUARD/taken-back")" "mend what shut the operator out, then: $PULUMI up"
}

# An open connection lives on whatever the rules say now: it proves nothing.
firewall_expect_new_connection() {
  local session settled
  settled=$(cat "$GUARD/armed/settled" 2> /dev/null || say 9223372036854775807) # apply may not have ended yet
  session=$(session_process)
  [ -n "$session" ] || fail "this is no SSH connection, so it does not prove that an operator gets in" "confirm it over SSH"
  [ "$(firewall_started "$session")" -gt "$settled" ] || fail "this connection is older than the change, so it does not prove that an operator gets in" "open a new one (no shared ControlMaster) and confirm there"
}

# In ticks since the kernel started, which no clock that is set can move.
firewall_started() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }
firewall_now() { firewall_started self; } # a process that begins now
