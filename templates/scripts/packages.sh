# shellcheck shell=bash
# Step `packages`: what apt installs, Node with npm, and pm2, each in the version of the payload.
#   packages-apt.sh       apt: asked only for what is missing, patient, able to go on after an interrupted run
#   packages-sources.sh   where apt takes them from, when not from where the host says
#   packages-download.sh  files from npm's registry or an archive, verified
#   packages-services.sh  what the backend needs of the host: packages and services of the operator's own lists
#   packages-units.sh     what systemd says of a unit
#   packages-node.sh      Node with npm, and pm2, in folders under /opt/geo-system

PACKAGES_ROOT=/opt/geo-system

packages_apply() {
  packages_validate
  install -d -m 0755 "$PACKAGES_ROOT"
  rm -rf "$PACKAGES_ROOT"/*.new # an earlier run was cut short
  download_prepare
  packages_expect_known
  services_remember
  if packages_independent; then
    in_parallel packages_apt packages_node_and_pm2
  else
    packages_apt
    packages_node_and_pm2
  fi
  services_apply
  packages_name_dropped
}

packages_node_and_pm2() {
  packages_node
  packages_pm2
}

# Everything is read before anything is touched.
packages_validate() {
  local name
  while read -r name; do
    [[ $name =~ ^[a-z0-9][a-z0-9+.-]+$ ]] || fail "apt: expected the name of a package, found '$name'" "correct the payload"
  done < <(settings apt; settings host-package)
  while read -r name; do
    [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9:_.@-]*$ ]] || fail "host-service: expected the name of a unit, found '$name'" "correct the payload"
  done < <(settings host-service)
  case "$(setting node-source)" in
    npm | archive | nodesource) packages_expect_version node ;;
    distribution) ;;
    *) fail "node-source: expected npm, archive, nodesource or distribution, found '$(setting node-source)'" "$PULUMI config set nodeSource archive" ;;
  esac
  packages_expect_version npm
  packages_expect_version pm2
  payload_file "$PACKAGES_ROOT/pm2/package-lock.json" > /dev/null
}

packages_expect_version() {
  [[ $(setting "$1") =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
    fail "$1: expected a full version such as 24.21.0, found '$(setting "$1")'" "correct the version in the configuration"
}

# Node as files needs nothing of apt where the tools to fetch and unpack them are there, as on most images.
packages_independent() {
  local tool
  for tool in curl tar gzip xz; do command -v "$tool" > /dev/null || return 1; done
  [ -s /etc/ssl/certs/ca-certificates.crt ] || return 1
  [[ $(setting node-source) = npm || $(setting node-source) = archive ]]
}

packages_check() {
  local name
  while read -r name; do changed "apt package $name is missing"; done < <(apt_missing)
  packages_node_check
  packages_pm2_check
  services_check
}

# Other programs may use the packages by now, so they stay; what a link replaced comes back.
packages_undo() {
  local name names
  services_drop
  for name in node npm npx pm2; do
    # Where the host has no Node of its own, they stay.
    if [ ! -e "$STATE/before/packages/usr/local/bin/$name.absent" ] || packages_has_own_node; then node_give_back "$name"; fi
  done
  for name in "$PACKAGES_ROOT"/*/ "$NODESOURCE_LIST"; do
    [ ! -e "$name" ] || say "kept ${name%/}"
  done
  names=$(packages_kept | awk '!said[$0]++')
  [ -z "$names" ] || LEFT=": kept ${names//$'\n'/, }"
}

# One that apt did not install for this step.
packages_has_own_node() { [ -x /usr/bin/node ] && ! grep -qx nodejs "$STATE/before/packages/apt" 2> /dev/null; }

# What stays, one name a line: what apt installed for this step, and Node, npm and pm2.
packages_kept() {
  local name
  for name in $(sort -u "$STATE/before/packages/apt" 2> /dev/null || true); do # none: all of it was there before
    [ -z "$(apt_version "$name")" ] || say "$name"
  done
  for name in "$PACKAGES_ROOT"/node-v*/; do [ ! -e "$name" ] || say "Node $("$name/bin/node" --version)"; done
  for name in "$PACKAGES_ROOT"/node-*/; do [ ! -e "$name" ] || say "npm $(npm_version "$name")"; done
  for name in "$PACKAGES_ROOT"/pm2-*/; do [ ! -e "$name" ] || say "pm2 $(package_version "$name/node_modules/pm2/package.json")"; done
}
