# shellcheck shell=bash
# The facts of what the backend needs of the host: would apt and systemd take the wanted names?

facts_needs() {
  local wanted="$FACTS/wanted/packages" name
  facts_services_before
  [ -e "$wanted" ] || return 0
  payload_read < "$wanted"
  for name in $(settings host-package); do
    [ -n "$(apt_version "$name")" ] || fact package "$name" "$(facts_package "$name")" "$(stat -c '%Y' /var/lib/apt/lists/partial 2> /dev/null || say 0)"
  done
  for name in $(settings host-service); do fact service "$name" "$(service_property "$name" LoadState)"; done
}

# How the services were before this package touched them: what giving them back means.
facts_services_before() {
  local file enabled active
  for file in "$SERVICES_BEFORE"/*; do
    [ -e "$file" ] || continue
    read -r enabled active < "$file"
    fact service-before "${file##*/}" "$enabled" "$active"
  done
}

# Of a package that is not installed: `known` to apt, `unknown`, or EMPTY where its lists cannot tell: some are missing, or
# a mirror has others.
facts_package() {
  if [ -n "$(apt_candidate "$1")" ]; then say known
  elif [ -z "$(setting apt-mirror '')" ] && facts_lists_are_whole; then say unknown
  else say "$EMPTY"; fi
}

# Without --no-release-info apt names only those that it has, as after an `up` that read the main part alone. The lists for
# all architectures are optional.
facts_lists_are_whole() {
  local list lists
  # shellcheck disable=SC2016 # apt's variables
  mapfile -t lists < <(apt-get indextargets --no-release-info --format '$(ARCHITECTURE) $(FILENAME)' 'Created-By: Packages' |
    sed -n "s/^$(dpkg --print-architecture) //p")
  [ "${#lists[@]}" -gt 0 ] || return 1
  for list in "${lists[@]}"; do [ -e "$list" ] || compgen -G "$list.*" > /dev/null || return 1; done
}
