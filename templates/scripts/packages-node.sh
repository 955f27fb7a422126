# shellcheck shell=bash
# Node with npm, and pm2: each version in a folder of its own that appears whole or not at all, with links from
# /usr/local/bin. The folder before the present one stays: a pm2 or a backend that runs still reads from it.

NODE_NEW='' # the folder that is being filled

packages_node() {
  local folder before
  folder=$(node_folder)
  before=$(readlink -f /usr/local/bin/npm || true) # may be missing
  if [ ! -d "$folder" ]; then
    install -d "$folder.new"
    "node_from_$(setting node-source)" "$folder.new"
    node_works "$folder.new"
    mv -T "$folder.new" "$folder"
    changed "installed Node $("$folder/bin/node" --version), npm $(npm_version "$folder")"
  fi
  place_link "$folder/bin/node" /usr/local/bin/node
  place_link "$folder/bin/npm" /usr/local/bin/npm
  place_link "$folder/bin/npx" /usr/local/bin/npx
  prune node "$folder" "$before"
}

# Named by all that decides what is in it. Where apt brings Node, only npm and the links are in it.
node_folder() {
  case "$(setting node-source)" in
    archive) say "$PACKAGES_ROOT/node-v$(setting node)" ;;
    npm) say "$PACKAGES_ROOT/node-v$(setting node)-npm-$(setting npm)" ;;
    *) say "$PACKAGES_ROOT/node-apt-npm-$(setting npm)" ;;
  esac
}

node_from_archive() {
  local mirror version name sum
  version=$(setting node)
  name="node-v$version-linux-$(node_architecture).tar.xz"
  mirror=$(setting node-mirror https://nodejs.org/dist)
  mirror="${mirror%/}/v$version"
  fetch -o "$1/archive" "$mirror/$name" || download_failed "Node $version" "$mirror"
  sum=$(fetch "$mirror/SHASUMS256.txt" | awk -v name="$name" '$2 == name { print $1 }' || true) # none: verify says so
  verify "$name" sha256sum "$1/archive" "$sum"
  unpack "$1/archive" "$1"
}

node_from_npm() {
  NODE_NEW=$1
  in_parallel node_from_registry npm_from_registry
}

node_from_registry() {
  registry_fetch "node-linux-$(node_architecture)" "$(setting node)" "$NODE_NEW/node.tgz"
  unpack "$NODE_NEW/node.tgz" "$NODE_NEW"
}

node_from_nodesource() { node_from_apt "$1"; }
node_from_distribution() { node_from_apt "$1"; }

# npm as one package of the registry: the distribution's own would bring hundreds of others.
node_from_apt() {
  install -d "$1/bin"
  ln -s /usr/bin/node "$1/bin/node"
  NODE_NEW=$1
  npm_from_registry
}

npm_from_registry() {
  local npm="$NODE_NEW/lib/node_modules/npm"
  install -d "$npm" "$NODE_NEW/bin"
  registry_fetch npm "$(setting npm)" "$NODE_NEW/npm.tgz"
  unpack "$NODE_NEW/npm.tgz" "$npm" --exclude=package/docs --exclude=package/man
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$NODE_NEW/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$NODE_NEW/bin/npx"
}

# unpack ARCHIVE FOLDER TAR-OPTIONS: without Node's headers, a third of its size and most of its files: node-gyp, which
# alone needs them, fetches its own.
unpack() {
  tar -xf "$1" -C "$2" --strip-components=1 --no-same-owner --exclude='*/include/node' --exclude='*/share/doc' "${@:3}"
  rm "$1"
}

node_architecture() {
  case "$(uname -m)" in
    x86_64) say x64 ;;
    aarch64) say arm64 ;;
    *) fail "Node: expected an x86_64 or aarch64 processor, found $(uname -m)" "$PULUMI config set nodeSource distribution" ;;
  esac
}

node_works() {
  "$1/bin/node" --version > /dev/null || fail "Node was fetched and does not run on this host" "its message is above; another version or source: $PULUMI config set nodeVersion, nodeSource"
}

npm_version() { package_version "$1/lib/node_modules/npm/package.json"; }

package_version() { sed -n '/"version":/{s/.*: *"\(.*\)".*/\1/p;q}' "$1"; }

packages_pm2() {
  local folder before
  folder=$(pm2_folder)
  before=$(readlink -f /usr/local/bin/pm2 || true) # may be missing
  if [ ! -d "$folder" ]; then
    install -d "$folder.new"
    pm2_install "$folder.new"
    mv -T "$folder.new" "$folder"
    changed "installed pm2 $(setting pm2)"
  fi
  place_link "$folder/node_modules/pm2/bin/pm2" /usr/local/bin/pm2
  prune pm2 "$folder" "$before"
}

# Named by the lock file: it decides the whole tree.
pm2_folder() { say "$PACKAGES_ROOT/pm2-$(sha256sum < "$(payload_file "$PACKAGES_ROOT/pm2/package-lock.json")" | cut -c 1-16)"; }

pm2_install() {
  local options=(--omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --logs-max=0)
  install -m 0644 "$(payload_file "$PACKAGES_ROOT/pm2/package.json")" "$1/package.json"
  install -m 0644 "$(payload_file "$PACKAGES_ROOT/pm2/package-lock.json")" "$1/package-lock.json"
  (cd "$1" && npm ci "${options[@]}" --registry "$(npm_registry)/" --cache "$PAYLOAD/npm") > "$PAYLOAD/npm.log" 2>&1 || {
    tail -n 20 "$PAYLOAD/npm.log" >&2
    fail "npm could not install pm2 $(setting pm2)" "can the host reach $(npm_registry)? a mirror: $PULUMI config set npmRegistry URL"
  }
}

# prune KIND CURRENT BEFORE: older folders than these two go, once there is a new one.
prune() {
  local folder
  [[ $3 != "$2"/* ]] || return 0
  for folder in "$PACKAGES_ROOT/$1"-*/; do
    folder=${folder%/}
    [ ! -d "$folder" ] || [ "$folder" = "$2" ] || [[ $3 = "$folder"/* ]] || rm -rf "$folder"
  done
}

# node_give_back NAME …: these links go, and what was in their place comes back. The folders stay: a process may still read
# from them.
node_give_back() {
  local name STEP=packages
  for name in "$@"; do give_back "/usr/local/bin/$name"; done
}

# node_version_of PATH: nothing where there is none.
node_version_of() { node_says_version "$1"; }

node_says_version() { "$1" --version 2> /dev/null || true; }

packages_node_check() {
  local folder name version
  folder=$(node_folder)
  for name in node npm npx; do check_link "$folder/bin/$name" "/usr/local/bin/$name"; done
  version=$(node_version_of "$folder/bin/node") # missing: the link says so
  case "$(setting node-source):$version" in
    *: | "distribution:"*) ;;
    *) [ "$version" = "v$(setting node)" ] || changed "Node is $version, expected v$(setting node)" ;;
  esac
}

packages_pm2_check() {
  local version folder
  folder=$(pm2_folder)
  check_link "$folder/node_modules/pm2/bin/pm2" /usr/local/bin/pm2
  version=$(package_version "$folder/node_modules/pm2/package.json" 2> /dev/null || true) # missing: the link says so
  [ -z "$version" ] || [ "$version" = "$(setting pm2)" ] || changed "pm2 is $version, expected $(setting pm2)"
}

check_link() {
  if [ "$(readlink "$2" || true)" != "$1" ]; then changed "$2 does not lead to $1" # may be missing
  elif [ ! -x "$2" ]; then changed "$1 is missing"; fi
}
