# shellcheck shell=bash
# Step `backend`, the dependencies of a release: each tree is installed once for all that decides it, kept as it came,
# and given to every release that needs the very same one.
#
#   /srv/geo-backend/dependencies/<key>    all node_modules folders of an install, where they lie in a release
#   /srv/geo-backend/tools                 the package manager that the repository names

# All that decides what is installed: what the repository says, and what is compiled for.
backend_dependency_key() { sha256sum <<< "$NODE_VERSION $(uname -m) $(setting dependencies)" | cut -c 1-16; }

# In the release itself, so that it is there or not with it.
backend_installed_key() { cat "$1/.geo-system-dependencies" 2> /dev/null || true; } # not installed: no key

# backend_dependencies FOLDER KEY
backend_dependencies() {
  local kept="$APP_ROOT/dependencies/$2"
  rm -rf "$APP_ROOT"/dependencies/*.new # an earlier run was cut short
  backend_manager
  if [ -d "$kept" ]; then
    backend_give_tree "$kept" "$1"
    say "the dependencies are installed already, for another release"
  else
    backend_install "$1"
    install -d -m 0750 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/dependencies" "$kept.new"
    backend_give_tree "$1" "$kept.new"
    mv -T "$kept.new" "$kept"
  fi
  backend_own_scripts "$1"
  say "$2" > "$PAYLOAD/key"
  install -o "$APP_USER" -g "$APP_GROUP" -m 0644 "$PAYLOAD/key" "$1/.geo-system-dependencies"
}

# backend_give_tree FROM TO: every node_modules folder. By hard links; where scripts of the release may write into them the
# bytes are copied: another release, which may be running, must not see that.
backend_give_tree() {
  local path link=(--link)
  [ -z "$(settings own-script)" ] || link=(--reflink=auto)
  while IFS= read -r -d '' path; do
    as_user mkdir -p "$2/$(dirname "$path")"
    as_user cp -a "${link[@]}" "$1/$path" "$2/$path"
  done < <(find "$1" -name node_modules -type d -prune -printf '%P\0')
}

# The scripts of the repository's own packages that belong to an install, such as `postinstall: prisma generate`.
backend_own_scripts() {
  local folder script
  while read -r folder script; do
    backend_with_headers backend_own_script "$1/$folder" "$script" || {
      tail -n 20 "$PAYLOAD/install.log" >&2
      ! backend_lacks_compiler || backend_fail_for_compiler
      if grep -Eq 'not found|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND|Cannot find module' "$PAYLOAD/install.log"; then
        fail "the script '$script' in $folder/package.json failed: something it needs is not installed; the running release keeps serving" \
          "a host installs no devDependencies: move what the script needs to dependencies, or let it do nothing where NODE_ENV is production"
      fi
      fail "the script '$script' in $folder/package.json failed; the running release keeps serving" "read its own lines above"
    }
    say "ran the script $script of $folder/package.json"
  done < <(settings own-script)
}


# backend_own_script FOLDER SCRIPT: `node-gyp` is none of package.json, but what npm does where there is a binding.gyp.
backend_own_script() {
  local npm
  if [ "$2" != node-gyp ]; then
    backend_run_logged "$1" npm run "$2" --user-agent "$(backend_user_agent)"
    return
  fi
  npm=$(readlink -f "$(command -v npm)")
  backend_run_logged "$1" "$NODE" "${npm%/bin/*}/node_modules/node-gyp/bin/node-gyp.js" rebuild
}

# A guard such as `npx only-allow pnpm` asks who installs.
backend_user_agent() { say "$(setting package-manager | tr ' ' /) node/$NODE_VERSION linux"; }

# What no release that stays needs.
backend_prune_dependencies() {
  local folder name
  for folder in "$APP_ROOT"/dependencies/*/; do
    name=$(basename "$folder")
    grep -qsx "$name" "$APP_ROOT"/releases/*/.geo-system-dependencies || rm -rf "$APP_ROOT/dependencies/$name"
  done
  for folder in "$APP_ROOT"/tools/*/; do
    name=$(basename "$folder")
    [ "$name" = hooks ] || [ "$name" = node-headers ] || [ "$name" = "$(setting package-manager | tr ' ' -)" ] || rm -rf "$APP_ROOT/tools/$name"
  done
}
