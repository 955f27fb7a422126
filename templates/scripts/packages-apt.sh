# shellcheck shell=bash
# apt for the step `packages`: asked only for what is missing, patient with another apt, able to go on after an
# interrupted run.

APT_SECONDS=600 # how long to wait for another apt
APT_STALE=''     # whether the lists must be fetched again (yes), or were (updated)

packages_apt() {
  local missing
  apt_nodesource
  mapfile -t missing < <(apt_missing)
  if [ "${#missing[@]}" = 0 ]; then
    apt_node_guard
    return 0
  fi
  apt_prepare
  apt_node_guard
  apt_add "${missing[@]}"
}

apt_prepare() {
  apt_wait_for_cloud_init
  # A scope that was widened before in this run stays: the narrow one lacks a package.
  if [[ $APT_SCOPE != all && $(setting node-source) = @(npm|archive) ]]; then apt_scope main; else apt_scope all; fi
  if [ "$APT_STALE" = yes ] || ! apt_lists_are_fresh; then apt_update; fi
}

apt_add() {
  local installed
  apt_remember "$@"
  apt_install "$@"
  # shellcheck disable=SC2016 # dpkg's variables
  installed=$(dpkg-query -W -f='${Package} ${Version}, ' "${@%%=*}")
  changed "installed ${installed%, }"
}

# What apt shall install, one a line: the payload's packages that are missing, and Node where it comes from apt.
apt_missing() {
  local name names installed
  mapfile -t names < <(settings apt; settings host-package)
  # Asked for all at once; a name that dpkg prints in another way, with an architecture, by itself.
  # shellcheck disable=SC2016 # dpkg's variables; it fails for a name it does not know
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2> /dev/null || true)
  for name in "${names[@]}"; do
    [[ $'\n'$installed$'\n' = *$'\n'"installed $name"$'\n'* ]] || [ -n "$(apt_version "$name")" ] || say "$name"
  done
  apt_node_missing
}

# apt_version NAME: the version that is installed, nothing when none is.
apt_version() {
  # shellcheck disable=SC2016 # dpkg's variables; it fails for a name it does not know
  { dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2> /dev/null || true; } | sed -n 's/^installed //p'
}

# What was not there before: undo names it.
apt_remember() {
  local name
  install -d -m 0700 "$STATE" "$STATE/before" "$STATE/before/packages"
  for name in "${@%%=*}"; do
    [ -n "$(apt_version "$name")" ] || say "$name" >> "$STATE/before/packages/apt"
  done
}

apt_install() {
  apt_get install --no-remove "$@" && return 0
  if grep -q 'dpkg --configure -a' "$PAYLOAD/apt.log"; then
    apt_repair
    apt_get install --no-remove "$@" && return 0
  fi
  if apt_without_welcome; then
    apt_get install --no-remove "$@" && return 0
  fi
  # The lists name files that the archive has replaced, or the package is in another part of it.
  if [ "$APT_SCOPE:$APT_STALE" != all:updated ]; then
    apt_scope all
    apt_update
    apt_get install --no-remove "$@" && return 0
  fi
  apt_failed "install $*"
}

# nginx' package starts nginx with a welcome page that listens on IPv6 too, and counts as failed where it cannot.
apt_without_welcome() {
  ! has_ipv6 && site_has_welcome "$NGINX" || return 1
  rm "$NGINX/sites-enabled/default"
  changed "took nginx's welcome page away: it listens on IPv6, which this kernel does not have"
}

# Descriptions in other languages are for people who search.
apt_update() {
  APT_STALE=updated
  apt_get update -o Acquire::Languages=none && return 0
  [ "$APT_SCOPE" = main ] || apt_failed "update its package lists"
  apt_scope all
  apt_update
}

# Lists of the last 24 hours are good enough; what they lack is looked for again after an update.
apt_lists_are_fresh() {
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit 2> /dev/null)" ] &&
    [ -n "$(find /var/lib/apt/lists/partial -maxdepth 0 -mmin -1440)" ]
}

# apt waits by itself for dpkg's lock only, not for those of the lists and the archive: ask again until they are free.
apt_get() {
  local until=$((SECONDS + APT_SECONDS)) options=(
    -q -y --no-install-recommends
    -o "DPkg::Lock::Timeout=$APT_SECONDS" -o Dpkg::Use-Pty=0
    # Files that an operator changed stay as they are.
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold
    "${APT_SOURCES[@]}"
  )
  until apt_run apt-get "${options[@]}" "$@"; do
    if ! apt_locked || [ "$SECONDS" -ge "$until" ]; then return 1; fi
    sleep 1
  done
}

# dpkg does not wait. An interrupted run left packages unpacked and not configured.
apt_repair() {
  local until=$((SECONDS + APT_SECONDS))
  until apt_run dpkg --configure -a --force-confdef --force-confold; do
    if ! apt_locked || [ "$SECONDS" -ge "$until" ]; then apt_failed "repair what an interrupted run left"; fi
    sleep 1
  done
  changed "finished an interrupted run of dpkg"
}

# needrestart has nothing to do: only new packages come, no library is replaced under a running service.
apt_run() { NEEDRESTART_SUSPEND=1 "$@" > "$PAYLOAD/apt.log" 2>&1; }

apt_locked() { grep -qE 'Could not get lock|Unable to (lock|acquire)|lock was locked by' "$PAYLOAD/apt.log"; }

apt_failed() {
  local next="'sudo apt-get update' and 'sudo apt-get install' on the host show it in full"
  tail -n 20 "$PAYLOAD/apt.log" >&2
  if apt_locked; then next="wait until the other apt has ended, then again"
  elif grep -qE 'Could not (resolve|connect)|Failed to fetch|Unable to locate|no installation candidate' "$PAYLOAD/apt.log"; then
    next="can the host reach its package archive? a mirror: $PULUMI config set aptMirror URL"
  elif grep -q 'No space left' "$PAYLOAD/apt.log"; then next="make room: df -h"
  elif grep -q 'Packages need to be removed but remove is disabled' "$PAYLOAD/apt.log"; then
    next="remove the package that is in the way, if nothing needs it"
  fi
  fail "apt could not $1" "$next"
}

# On a new machine cloud-init is still installing things of its own.
apt_wait_for_cloud_init() {
  [ ! -e /run/cloud-init/result.json ] && command -v cloud-init > /dev/null || return 0
  # Exit 2 is a recoverable error of its own, and 1 says that it failed: it has ended, which is what matters here.
  timeout 600 cloud-init status --wait > /dev/null 2>&1 || say "cloud-init did not end well: cloud-init status --long"
}
