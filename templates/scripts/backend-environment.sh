# shellcheck shell=bash
# Step `backend`, the secret environment. Each text gets a name at random, its generation: the run that follows knows
# by it whether to restart the application, and nothing about the text can be learned from it.

backend_environment() {
  local given generation folder
  backend_read
  backend_own_root # before a secret comes to lie in it
  given=$(payload_file "$APP_ROOT/secret.env")
  folder="$APP_ROOT/environments"
  generation=$(backend_latest_generation)
  install -d -m 0755 "$APP_ROOT"
  install -d -m 0700 -o "$APP_USER" -g "$APP_GROUP" "$folder"
  install -d -m 0700 "$STATE" "$BACKEND_STATE"
  if [ -z "$generation" ] || ! cmp -s "$given" "$folder/$generation"; then
    generation=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    install -o "$APP_USER" -g "$APP_GROUP" -m 0600 "$given" "$folder/$generation.new"
    mv -fT "$folder/$generation.new" "$folder/$generation"
    say "$generation" > "$BACKEND_STATE/generation"
    changed "the secret environment is new"
  elif [ "$(stat -c '%U:%G %a' "$folder/$generation")" != "$APP_USER:$APP_GROUP 600" ]; then
    chown "$APP_USER:$APP_GROUP" "$folder/$generation"
    chmod 0600 "$folder/$generation"
    changed "the secret environment is again for $APP_USER alone"
  fi
  backend_keep_token
  backend_keep_secret_sum "$given" "$generation"
  say "generation $generation"
}

# backend_keep_secret_sum FILE GENERATION: by it an edit on this host is noticed; written last, so it also says that all was sent.
backend_keep_secret_sum() {
  (umask 077; say "$(sha256sum < "$1" | cut -c 1-64) $2" > "$BACKEND_STATE/secret.sum.new")
  mv -fT "$BACKEND_STATE/secret.sum.new" "$BACKEND_STATE/secret.sum"
}

# The token with which a release proves itself here, before a user meets it.
backend_keep_token() {
  local token="$BACKEND_STATE/token"
  install -m 0600 "$(payload_file "$token")" "$token.new"
  mv -fT "$token.new" "$token"
}

backend_latest_generation() { cat "$BACKEND_STATE/generation" 2> /dev/null || true; } # none was given yet

# The file with the secrets: of the latest generation; an empty one where none was given.
backend_wanted_environment() {
  local generation
  generation=$(backend_latest_generation)
  if [ -z "$generation" ]; then
    generation=empty
    install -d -m 0700 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/environments"
    [ -e "$APP_ROOT/environments/empty" ] || install -o "$APP_USER" -g "$APP_GROUP" -m 0600 /dev/null "$APP_ROOT/environments/empty"
  fi
  [ -e "$APP_ROOT/environments/$generation" ] || fail "the secret environment $generation is not on this host" "it is sent again when it changes: $PULUMI config set --secret --path $(backend_key secretEnvironment).SENT_AGAIN 1; then '$PULUMI up'"
  say "environments/$generation"
}

backend_prune_environments() {
  find "$APP_ROOT/environments" -type f ! -name "$(basename "$(current environment)")" ! -name "$(backend_latest_generation)" -delete
}
