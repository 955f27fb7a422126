# shellcheck shell=bash
# Files from npm's registry or an archive, fetched by the host's own rules and verified before anything uses them.

# fetch CURL-ARGUMENTS: through the host's proxy, trusting the certificates the host trusts.
fetch() { curl -K "$PAYLOAD/curl" "$@"; }

# Before the first fetch. In files, since others see arguments: a proxy may have a password, a registry wants a token.
download_prepare() {
  local registry token
  download_settings > "$PAYLOAD/curl"
  registry=$(npm_registry)
  token=$(npm_setting "${registry#http*:}/:_authToken")
  if [ -n "$token" ]; then say "header = \"Authorization: Bearer $token\""; fi > "$PAYLOAD/token"
}

download_settings() {
  local proxy
  printf '%s\n' fail silent show-error location 'retry = 3' 'connect-timeout = 20' 'speed-limit = 1000' 'speed-time = 60'
  if [ -n "${NODE_EXTRA_CA_CERTS-}$(npm_setting cafile)" ]; then
    download_authorities > "$PAYLOAD/ca.pem"
    say "cacert = \"$PAYLOAD/ca.pem\""
  fi
  proxy=$(npm_setting https-proxy)
  [ -z "$proxy" ] || say "proxy = \"$proxy\""
}

download_authorities() {
  local file
  for file in /etc/ssl/certs/ca-certificates.crt "${NODE_EXTRA_CA_CERTS-}" "$(npm_setting cafile)"; do
    [ ! -r "$file" ] || { cat "$file"; echo; }
  done
}

# npm_setting NAME: as npm ranks them: the environment, root's file, the host's. Empty when none has it.
npm_setting() {
  local variable="npm_config_${1//-/_}" file value=''
  [[ ! $variable =~ ^[a-z_]+$ ]] || value=${!variable-}
  for file in /root/.npmrc "${npm_config_globalconfig-/etc/npmrc}"; do
    if [ -z "$value" ] && [ -r "$file" ]; then
      value=$(awk -v name="$1" '{ at = index($0, "="); key = substr($0, 1, at - 1); gsub(/[ \t]/, "", key) }
        key == name { value = substr($0, at + 1); gsub(/^[ \t"]+|[ \t"]+$/, "", value) } END { print value }' "$file")
    fi
  done
  say "$value"
}

npm_registry() {
  local registry
  registry=$(setting npm-registry "$(npm_setting registry)")
  registry=${registry:-https://registry.npmjs.org}
  say "${registry%/}"
}

# registry_fetch PACKAGE VERSION FILE: a package of npm's registry, verified by the sum the registry states.
registry_fetch() {
  local registry
  registry=$(npm_registry)
  { fetch -K "$PAYLOAD/token" -o "$3.json" "$registry/$1/$2" || exit; } & # at the same time
  fetch -K "$PAYLOAD/token" -o "$3" "$registry/$1/-/${1##*/}-$2.tgz" || download_failed "$1 $2" "$registry"
  wait "$!" || download_failed "$1 $2" "$registry"
  verify "$1 $2" sha512sum "$3" "$(registry_sum "$3.json")"
  rm -f "$3.json"
}

# What the registry says of a version: `"integrity":"sha512-BASE64"`. As hexadecimal digits; nothing when it says none.
registry_sum() {
  sed -nE 's/.*"integrity": ?"sha512-([A-Za-z0-9+/=]+)".*/\1/p' "$1" | sed -n 1p | base64 -d | od -An -v -tx1 | tr -d ' \n'
}

# verify WHAT SUM-COMMAND FILE EXPECTED
verify() {
  local found
  found=$("$2" < "$3")
  [ -n "$4" ] || fail "$1: nothing states its checksum" "another source: $PULUMI config set nodeSource archive"
  [ "${found%% *}" = "$4" ] ||
    fail "$1: expected the $2 $4, found ${found%% *}" "the download is damaged or was replaced: try again, or ask whoever runs the mirror"
}

download_failed() {
  fail "$1 could not be fetched from $2" "can the host reach it? a mirror: $PULUMI config set npmRegistry URL, or nodeMirror URL"
}
