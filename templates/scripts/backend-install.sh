# shellcheck shell=bash
# Step `backend`, the install: by the package manager and version that the repository names, from its lock file alone,
# without development dependencies. As the user of the application: a package may run what it likes when it is
# installed, but not as root.

MANAGER=npm # the program
LOCK_TOP='' # the folder of the lock file in the release that is installed

# The npm that came with Node, or what the repository names: fetched from the npm registry, verified, and kept.
backend_manager() {
  local name version='' package program folder
  read -r name version <<< "$(setting package-manager)"
  [ -n "$(setting package-manager-from '')" ] || return 0
  read -r package program <<< "$(setting package-manager-from)"
  folder="$APP_ROOT/tools/$name-$version"
  MANAGER="$folder/bin/$name"
  [ -d "$folder" ] || backend_fetch_manager "$folder" "$name" "$version" "$package" "$program"
}

# backend_fetch_manager FOLDER NAME VERSION PACKAGE PROGRAM
backend_fetch_manager() {
  local package=${4/ARCHITECTURE/$(node_architecture)}
  rm -rf "$APP_ROOT"/tools/*.new
  install -d -m 0755 "$APP_ROOT/tools" "$1.new" "$1.new/bin" "$1.new/package"
  download_prepare
  registry_fetch "$package" "$3" "$1.new/archive"
  cp "$1.new/archive" "$PAYLOAD/manager.tgz"
  unpack "$1.new/archive" "$1.new/package"
  backend_expect_sum "$package $3" "$PAYLOAD/manager.tgz" "$1.new/package/$5"
  case "$5" in
    *js) printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$NODE" "$1/package/$5" > "$1.new/bin/$2" ;;
    *)
      chmod 0755 "$1.new/package/$5"
      ln -s "../package/$5" "$1.new/bin/$2"
      ;;
  esac
  chmod -R a+rX "$1.new"
  [ -L "$1.new/bin/$2" ] || chmod 0755 "$1.new/bin/$2"
  mv -T "$1.new" "$1"
  changed "installed $2 $3"
}

# backend_expect_sum WHAT ARCHIVE PROGRAM: what `packageManager` states (of the archive, for Yarn 2 and later of its
# program), or this package for the versions that it chooses itself. The registry's own sum was compared before.
backend_expect_sum() {
  local expected found file
  expected=$(setting package-manager-sum '')
  case "$expected" in
    '') return 0 ;;
    *-*) found="${expected%%-*}-$(openssl dgst "-${expected%%-*}" -binary "$2" | base64 -w 0)" ;;
    *)
      for file in "$2" "$3"; do
        found="${expected%%.*}.$(openssl dgst "-${expected%%.*}" -r "$file" | cut -d ' ' -f 1)"
        [ "$found" != "$expected" ] || return 0
      done
      [[ $1 != @pnpm/exe.* ]] || return 0 # the sum is that of the package `pnpm`, which only names the native one
      ;;
  esac
  [ "$found" = "$expected" ] || fail "$1: expected $expected, found $found" "correct the hash of \"packageManager\" in package.json, or ask whoever runs the mirror"
}

# backend_install FOLDER: all node_modules of a release. Scripts of its own packages are hidden meanwhile: they are run
# one by one afterwards, and those for developers (`prepare: husky`) never.
backend_install() {
  local paths=("$(setting lock-file)")
  LOCK_TOP="$1/$(setting lock-folder .)"
  mapfile -t -O 1 paths < <(settings manifest)
  as_user "$NODE" "$LIBRARY/dependencies.cjs" hide "$1" "$(npm_registry)" "${paths[@]}"
  install -d -m 0750 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/cache"
  : > "$PAYLOAD/install.log" # it is read also where nothing got as far as writing it
  backend_with_headers "backend_install_by_$(backend_manager_kind)" "$1" || backend_install_failed "$1"
  as_user tar -xf "$APP_HOME/$(setting archive)" -C "$1" --no-same-owner "${paths[@]/#/./}"
  backend_say_ignored_builds
}

# backend_with_headers COMMAND …: with Node's headers on the second try, where something was to be compiled and they could
# not be fetched.
backend_with_headers() {
  if "$@"; then return 0; fi
  grep -q 'gyp ERR' "$PAYLOAD/install.log" || return 1
  if backend_lacks_compiler || ! backend_fetch_headers; then return 1; fi
  "$@"
}

backend_manager_kind() {
  local name version=''
  read -r name version <<< "$(setting package-manager)"
  if [[ $name = yarn && $version != 1.* ]]; then say berry; else say "$name"; fi
}

backend_install_by_npm() {
  local options=(--omit=dev --no-audit --no-fund --no-update-notifier --loglevel=error --prefer-offline --cache "$APP_ROOT/cache") member
  member=$(backend_member_from_lock)
  [ -z "$member" ] || options+=(--workspace "./$member")
  backend_run_logged "$LOCK_TOP" "$MANAGER" ci "${options[@]}"
}

backend_install_by_pnpm() {
  local options=(--prod --frozen-lockfile --reporter=append-only --store-dir "$APP_ROOT/cache/pnpm") member
  member=$(backend_member_from_lock)
  [ -z "$member" ] || options=(--filter "{./$member}..." "${options[@]}")
  backend_run_logged "$LOCK_TOP" "$MANAGER" install "${options[@]}"
}

backend_install_by_yarn() {
  backend_run_logged "$LOCK_TOP" "$MANAGER" install --frozen-lockfile --production --non-interactive --no-progress --cache-folder "$APP_ROOT/cache/yarn-1"
}

# Yarn 2 and later. `focus` leaves the development dependencies out, and does not ask whether the lock file is up to
# date: that is asked before. Yarn 2 and 3 need a plugin for it.
backend_install_by_berry() {
  local lock top=$LOCK_TOP
  lock=$(sha256sum < "$top/yarn.lock")
  if ! (cd "$top" && backend_as_installer "$MANAGER" workspaces focus --help > /dev/null 2>&1); then
    say "this Yarn cannot leave development dependencies out (its plug-in workspace-tools is not in the repository): all are installed"
    backend_run_logged "$top" "$MANAGER" install --immutable
    return
  fi
  backend_run_logged "$top" "$MANAGER" install --mode=update-lockfile || return 1
  if [ "$(sha256sum < "$top/yarn.lock")" != "$lock" ]; then
    say "yarn.lock is not up to date with package.json: run 'yarn install' and commit it" > "$PAYLOAD/install.log"
    return 1
  fi
  backend_run_logged "$1/$(setting member .)" "$MANAGER" workspaces focus --production
}

# The backend's folder as the lock file's folder sees it; nothing where they are one.
backend_member_from_lock() {
  local member lock
  member=$(setting member '') lock=$(setting lock-folder '')
  [ -n "$lock" ] || { say "$member"; return; }
  [ "$member" = "$lock" ] || say "${member#"$lock/"}"
}

# backend_run_logged FOLDER COMMAND …: its output is in install.log.
backend_run_logged() {
  (cd "$1" && backend_as_installer "${@:2}") > "$PAYLOAD/install.log" 2>&1
}

# A repository's git hooks are for developers: where their tool is called and not installed, nothing happens.
backend_as_installer() {
  local variables=() path=$PATH value
  backend_hook_tools
  [ "$MANAGER" = npm ] || path="${MANAGER%/*}:$path"
  if [ -n "$(setting npm-registry '')" ] || ! grep -qs '^npmRegistryServer' "$LOCK_TOP/.yarnrc.yml"; then
    variables+=(YARN_NPM_REGISTRY_SERVER="$(npm_registry)")
  fi
  value=$(npm_setting cafile)
  [ -z "$value" ] || variables+=(NODE_EXTRA_CA_CERTS="$value")
  value=$(npm_setting https-proxy)
  [ -z "$value" ] || variables+=(HTTPS_PROXY="$value" YARN_HTTPS_PROXY="$value")
  value=$(setting npm-registry '')
  [ -z "$value" ] || variables+=(npm_config_registry="$value" pnpm_config_registry="$value")
  value=$(backend_headers)
  [ -z "$value" ] || variables+=(npm_config_nodedir="$value")
  value=$(sed -n 's/^node-mirror: //p' "$STATE/applied/packages" 2> /dev/null || true) # the step may not have been applied
  [ -z "$value" ] || variables+=(npm_config_disturl="$value")
  as_user env PATH="$path:$APP_ROOT/tools/hooks" NODE_ENV=production CI=true HUSKY=0 \
    XDG_CACHE_HOME="$APP_ROOT/cache" XDG_DATA_HOME="$APP_ROOT/cache" XDG_STATE_HOME="$APP_ROOT/cache" \
    npm_config_manage_package_manager_versions=false YARN_IGNORE_PATH=1 YARN_NODE_LINKER=node-modules \
    YARN_GLOBAL_FOLDER="$APP_ROOT/cache/yarn" YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_IMMUTABLE_INSTALLS=false "${variables[@]}" "$@"
}

backend_hook_tools() {
  local name folder="$APP_ROOT/tools/hooks"
  [ ! -d "$folder" ] || return 0
  install -d -m 0755 "$APP_ROOT/tools" "$folder"
  for name in husky lefthook simple-git-hooks; do
    printf '#!/bin/sh\necho "%s: no git hooks on a host"\n' "$name" > "$folder/$name"
    chmod 0755 "$folder/$name"
  done
}

# Where Node's headers are, for what is compiled; nothing: node-gyp fetches its own.
backend_headers() {
  local node folder
  node=$(readlink -f "$NODE")
  for folder in "${node%/bin/node}" "$APP_ROOT/tools/node-headers/$NODE_VERSION"; do
    [ ! -e "$folder/include/node/node.h" ] || { say "$folder"; return 0; }
  done
}

# Of the package that holds the official Node: npm's registry can be reached where nodejs.org cannot.
backend_fetch_headers() {
  local folder="$APP_ROOT/tools/node-headers/$NODE_VERSION"
  [ -z "$(backend_headers)" ] || return 1
  rm -rf "$APP_ROOT/tools/node-headers"
  install -d -m 0755 "$APP_ROOT/tools" "$APP_ROOT/tools/node-headers" "$folder.new"
  download_prepare
  (registry_fetch "node-linux-$(node_architecture)" "${NODE_VERSION#v}" "$folder.new/archive") || return 1
  tar -xf "$folder.new/archive" -C "$folder.new" --strip-components=1 --no-same-owner package/include || return 1
  rm "$folder.new/archive"
  mv -T "$folder.new" "$folder"
}

backend_lacks_compiler() {
  grep -Eq 'not found: make|make: (command )?not found|gyp ERR! find Python|(g\+\+|gcc|cc|c\+\+)(: |. )(command )?(not found|No such file)|spawn (make|cc|g\+\+) ENOENT|stack Error: not found: make' "$PAYLOAD/install.log"
}

backend_fail_for_compiler() {
  fail "a dependency of release $(setting release) has to be compiled, and this host has no compiler; the running release keeps serving" \
    "name what it needs: $PULUMI config set --path 'hostPackages[0]' build-essential; $PULUMI config set --path 'hostPackages[1]' python3"
}

backend_install_failed() {
  local name
  name=$(backend_manager_kind)
  # npm says the reason first, and its help follows; the others say it last.
  if [ "$name" = npm ]; then head -n 20 "$PAYLOAD/install.log" >&2; else tail -n 20 "$PAYLOAD/install.log" >&2; fi
  ! backend_lacks_compiler || backend_fail_for_compiler
  fail "the dependencies of release $(setting release) cannot be installed; the running release keeps serving" \
    "read the lines of $(setting package-manager) above; where the registry cannot be reached: $PULUMI config set npmRegistry URL"
}

# pnpm 10 and later run the install scripts of those dependencies only that the repository approved.
backend_say_ignored_builds() {
  local ignored
  ignored=$(grep -o 'Ignored build scripts: .*' "$PAYLOAD/install.log" | sed -n 1p || true) # most have none
  [ -z "$ignored" ] || say "pnpm: ${ignored%.} (approve what the backend needs: pnpm approve-builds, then commit)"
}
