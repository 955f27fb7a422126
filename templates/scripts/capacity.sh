# shellcheck shell=bash
# Step `capacity`: what the host itself allows, for as many connections as are expected. Limits are only ever raised, and
# nothing is restarted: the kernel's count at once, and those of nginx are set on the process that runs. What is in
# nginx.conf and in the site, step `site` does.
#   /var/lib/geo-system/before/capacity/values    the kernel's limits as they were, `NAME VALUE` a line

CAPACITY_SYSCTL=/etc/sysctl.d/zz-geo-system.conf
CAPACITY_UNIT=/etc/systemd/system/nginx.service.d/zz-geo-system.conf
CAPACITY_BEFORE="$STATE/before/capacity/values"

capacity_apply() {
  local path former
  capacity_remember
  capacity_fit "$(payload_file "$CAPACITY_SYSCTL")"
  capacity_expect_settable
  former=$(capacity_own)
  while read -r _ _ _ path; do place_file "$path"; done < <(payload_files)
  capacity_settle "$former"
  ! capacity_unit_is_old || systemctl daemon-reload
  capacity_raise_nginx
}

capacity_check() {
  local path name wanted found
  # Read by hand: which of its lines are left out, only this host knows.
  capacity_fit "$(payload_file "$CAPACITY_SYSCTL")"
  while read -r _ _ _ path; do [ "$path" = "$CAPACITY_SYSCTL" ] || check_file "$path"; done < <(payload_files)
  ! capacity_unit_is_old || changed "systemd has not read $CAPACITY_UNIT"
  cmp -s "$(payload_file "$CAPACITY_SYSCTL")" "$CAPACITY_SYSCTL" || changed "$CAPACITY_SYSCTL is not as it was applied"
  while read -r name wanted; do
    found=$(capacity_value "$name")
    [ "$found" -ge "$wanted" ] || changed "$name is $found, and $wanted was applied"
  done < <(capacity_wanted)
}

# A value that was raised or lowered by hand since is kept.
capacity_undo() {
  local name own path
  while read -r name own; do
    [ "$(capacity_value "$name")" != "$own" ] || capacity_set "$name" "$(capacity_before "$name")"
  done < <(capacity_own)
  for path in "$CAPACITY_SYSCTL" /etc/modules-load.d/geo-system.conf "$CAPACITY_UNIT"; do give_back "$path"; done
  rmdir --ignore-fail-on-non-empty "${CAPACITY_UNIT%/*}" 2> /dev/null || true # may not be there
  ! capacity_unit_is_old || systemctl daemon-reload
  capacity_lower_nginx
}

# capacity_value NAME: what the kernel has; nothing where it has no such limit.
capacity_value() { cat "/proc/sys/${1//.//}" 2> /dev/null || true; }

# `NAME VALUE` of each limit: what is wanted, and what this package has set so far.
capacity_wanted() { capacity_limits < "$(payload_file "$CAPACITY_SYSCTL")"; }
capacity_own() { [ ! -e "$CAPACITY_SYSCTL" ] || capacity_limits < "$CAPACITY_SYSCTL"; }
capacity_limits() { sed -nE 's/^([a-z0-9_.]+) = ([0-9]+)$/\1 \2/p'; }

# capacity_before NAME: what the host had.
capacity_before() { awk -v name="$1" '$1 == name { print $2 }' "$CAPACITY_BEFORE"; }

# Once, before the first apply: another size later must not take our own value for the host's.
capacity_remember() {
  local name
  [ ! -e "$CAPACITY_BEFORE" ] || return 0
  install -d -m 0700 "$STATE" "$STATE/before" "${CAPACITY_BEFORE%/*}"
  while read -r name _; do say "$name $(capacity_value "$name")"; done < <(capacity_wanted) > "$CAPACITY_BEFORE.new"
  mv -fT "$CAPACITY_BEFORE.new" "$CAPACITY_BEFORE"
}

# capacity_fit FILE: without the limits that were as high before, each with the lines above it that give its reason, and
# without those that this kernel does not have.
capacity_fit() {
  { cat "$CAPACITY_BEFORE" 2> /dev/null || true; } > "$1.before" # nothing was applied yet
  awk -v RS='' -v ORS='\n\n' '
    FILENAME == ARGV[1] { n = split($0, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], part, " "); before[part[1]] = part[2] }; next }
    { n = split($0, line, "\n"); split(line[n], part, " = ")
      if (part[1] in before && (before[part[1]] == "" || before[part[1]] + 0 >= part[2] + 0)) next
      print }' "$1.before" "$1" | sed -e '$d' > "$1.fit"
  cat "$1.fit" > "$1"
}

# Before anything is changed: the kernel gives a container no say in some of them.
capacity_expect_settable() {
  local name wanted found
  while read -r name wanted; do
    found=$(capacity_value "$name")
    [ "$found" -ge "$wanted" ] || [ -w "/proc/sys/${name//.//}" ] ||
      fail "$name: expected at least $wanted, found $found, which this host may not set; nothing was changed" \
        "set it on the machine that carries this host, or expect fewer connections: expectedConnections"
  done < <(capacity_wanted)
}

# capacity_settle FORMER: makes each limit what is wanted. One that is higher stays, unless it was this package, by FORMER,
# that had set it.
capacity_settle() {
  local name found former wanted
  while read -r name _; do
    found=$(capacity_value "$name")
    former=$(awk -v name="$name" '$1 == name { print $2 }' <<< "$1")
    wanted=$(capacity_wanted | awk -v name="$name" '$1 == name { print $2 }')
    # It is no longer needed: the host's own is as high.
    [ -n "$wanted" ] || wanted=${former:+$(capacity_before "$name")}
    if [ -z "$wanted" ] || [ "$found" = "$wanted" ]; then continue; fi
    if [ "$found" -lt "$wanted" ] || [ "$found" = "$former" ]; then capacity_set "$name" "$wanted"; fi
  done < "$CAPACITY_BEFORE"
}

# capacity_set NAME VALUE
capacity_set() {
  changed "$1 is $2, and was $(capacity_value "$1")"
  sysctl -q -w "$1=$2"
}

# systemd itself does not notice a first file in a folder that is new.
capacity_unit_is_old() {
  local there=no read=no
  [ ! -e "$CAPACITY_UNIT" ] || there=yes
  [[ " $(systemctl show -p DropInPaths --value nginx) " != *" $CAPACITY_UNIT "* ]] || read=yes
  [ "$there" != "$read" ] || [ "$(systemctl show -p NeedDaemonReload --value nginx)" = yes ]
}

# capacity_limit_nginx SOFT HARD: of the master as it runs; the workers of the next reload take theirs from it.
capacity_limit_nginx() {
  local master
  master=$(systemctl show -p MainPID --value nginx)
  [ "${master:-0}" -gt 0 ] || return 0
  prlimit --pid "$master" --nofile="$1:$2"
}

capacity_nginx_limit() {
  local master
  master=$(systemctl show -p MainPID --value nginx)
  awk '/^Max open files/ { print $5 }' "/proc/$master/limits" 2> /dev/null || true # it does not run
}

# What a unit without a limit is given when it starts is set on the one that runs: a restart would cut its clients.
capacity_raise_nginx() {
  local most found
  most=$(site_most_files) found=$(capacity_nginx_limit)
  [ -n "$found" ] && [ "$found" -lt "$most" ] || return 0
  capacity_limit_nginx "$most" "$most" ||
    fail "nginx may open $found files, expected $most, and this container may not raise that of a process that runs" \
      "restart it at a quiet time, which cuts its connections: sudo systemctl restart nginx; then '$PULUMI up'"
  changed "nginx may open $most files, and could open $found"
}

capacity_lower_nginx() {
  local hard soft
  hard=$(systemctl show -p LimitNOFILE --value nginx) soft=$(systemctl show -p LimitNOFILESoft --value nginx)
  [[ $hard =~ ^[0-9]+$ && $soft =~ ^[0-9]+$ ]] && [ "$(capacity_nginx_limit || say 0)" -gt "$hard" ] || return 0
  capacity_limit_nginx "$soft" "$hard"
  changed "nginx may open $hard files, as before"
}
