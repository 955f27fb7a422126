# shellcheck shell=bash
# Step `packages`, what the backend needs of the host: packages of the operator's own list, and services that run, start at
# boot, and are given back as they were before.

# By unit: whether it was enabled and whether it ran before this package touched it: `yes no`.
SERVICES_BEFORE="$STATE/before/packages/services"

# A name that no archive has is refused before anything is installed.
packages_expect_known() {
  local name missing=()
  for name in $(settings host-package); do [ -n "$(apt_version "$name")" ] || missing+=("$name"); done
  [ "${#missing[@]}" != 0 ] || return 0
  apt_prepare
  [ -n "$(packages_unknown "${missing[@]}")" ] || return 0
  # Lists of the distribution's main part only, or of another day.
  if [ "$APT_SCOPE:$APT_STALE" != all:updated ]; then
    apt_scope all
    apt_update
  fi
  name=$(packages_unknown "${missing[@]}" | tr '\n' ' ')
  [ -z "$name" ] || fail "hostPackages: apt knows no package ${name% }; nothing was installed" \
    "correct the name; 'apt-cache search WORD' on the host looks for one"
}

# packages_unknown NAME …: those that apt cannot install, one a line.
packages_unknown() {
  local name
  for name in "$@"; do [ -n "$(apt_candidate "$name")" ] || say "$name"; done
}

# apt_candidate NAME: the version that apt would install, as its lists are now.
apt_candidate() { apt-cache "${APT_SOURCES[@]}" policy "$1" | sed -n 's/^ *Candidate: \([^(]*\)$/\1/p'; }

# What is no longer listed stays, as everything that apt installed.
packages_name_dropped() {
  local name
  while read -r name; do
    say "$name is no longer in hostPackages, and stays installed; to remove it: sudo apt-get remove $name"
  done < <({ sed -n 's/^host-package: //p' "$STATE/applied/packages" 2> /dev/null || true; } | sort | comm -23 - <(settings host-package | sort))
}

# Before apt: a package may start its service as soon as it is installed.
services_remember() {
  local unit enabled active
  for unit in $(settings host-service); do
    [ ! -e "$SERVICES_BEFORE/$unit" ] || continue
    enabled=no active=no
    ! service_starts_at_boot "$unit" || enabled=yes
    ! service_runs "$unit" || active=yes
    install -d -m 0700 "$STATE" "$STATE/before" "$STATE/before/packages" "$SERVICES_BEFORE"
    say "$enabled $active" > "$SERVICES_BEFORE/$unit.new"
    mv -fT "$SERVICES_BEFORE/$unit.new" "$SERVICES_BEFORE/$unit"
  done
}

services_apply() {
  local unit part
  for unit in $(settings host-service); do service_expect "$unit"; done
  for unit in $(settings host-service); do
    for part in $(service_units "$unit"); do service_start "$part"; done
    service_enable "$unit"
  done
}

service_expect() {
  case "$(service_property "$1" LoadState)" in
    not-found) fail "hostServices: this host has no unit $1" "correct the name, or name its package in hostPackages; what there is: systemctl list-unit-files" ;;
    masked) fail "hostServices: $1 is masked on this host, so it cannot start" "sudo systemctl unmask $1; then '$PULUMI up'" ;;
  esac
}

service_start() {
  ! service_runs "$1" || return 0
  systemctl reset-failed "$1" 2> /dev/null || true # it did not fail before
  if ! systemctl start "$1" 2> "$PAYLOAD/service.log" || ! service_lasts "$1"; then
    journalctl -u "$1" -n 12 -o cat --no-pager >&2
    fail "$(service_name "$1") does not start" "its own lines are above; sudo systemctl status $1; then '$PULUMI up'"
  fi
  changed "started $(service_name "$1")"
}

# Some end a moment after systemd has called them started.
service_lasts() {
  sleep 0.5
  service_runs "$1"
}

service_enable() {
  ! service_starts_at_boot "$1" || return 0
  systemctl enable -q "$(service_id "$1")" || fail "$(service_name "$1") cannot be enabled at boot" "sudo systemctl status $1; then '$PULUMI up'"
  changed "$(service_name "$1") starts at boot"
}

services_check() {
  local unit part name
  for unit in $(settings host-service); do
    name=$(service_name "$unit")
    case "$(service_property "$unit" LoadState)" in
      not-found) changed "$name is not there: this host has no unit $unit"; continue ;;
      masked) changed "$name is masked, so it cannot start"; continue ;;
    esac
    for part in $(service_units "$unit"); do
      service_runs "$part" || changed "$(service_name "$part") is not running ($(service_property "$part" ActiveState))"
    done
    service_starts_at_boot "$unit" || changed "$name is not enabled at boot"
  done
}

# services_drop UNIT …: gives back what is not one of these. Called once the backend no longer needs the others.
services_drop() {
  local file
  for file in "$SERVICES_BEFORE"/*; do
    if [ ! -e "$file" ] || [[ $file = *.new || " $* " = *" ${file##*/} "* ]]; then continue; fi
    service_give_back "${file##*/}"
    rm -f "$file"
  done
}

# What another step calls: the list is that of the last `packages apply`.
services_drop_unlisted() {
  # shellcheck disable=SC2046 # names of units have no blanks
  services_drop $(sed -n 's/^host-service: //p' "$STATE/applied/packages" 2> /dev/null || true)
}

# service_give_back UNIT: enabled and running only if it was before. Its package and its data stay.
service_give_back() {
  local enabled active id
  read -r enabled active < "$SERVICES_BEFORE/$1"
  id=$(service_id "$1")
  [ "$(service_property "$id" LoadState)" = loaded ] || return 0
  if [ "$enabled" = no ] && [ "$(service_property "$id" UnitFileState)" = enabled ]; then
    systemctl disable -q "$id" 2> /dev/null
    changed "disabled $(service_name "$id"), which did not start at boot before"
  fi
  if [ "$active" = no ] && service_runs "$id"; then
    systemctl stop "$id"
    changed "stopped $(service_name "$id"), which did not run before; its data stays"
  fi
}
