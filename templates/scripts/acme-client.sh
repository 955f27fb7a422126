# shellcheck shell=bash
# Step `acme`, the client: certbot in a venv, every package of it pinned by hash. The distributions have older ones, which
# know no profiles and certify no addresses.

acme_certbot() { say "$ACME_ROOT/venv/bin/certbot"; }

# Named by the lock file and the Python that it was made with: a new release of the distribution brings another one.
acme_client_folder() {
  say "$ACME_ROOT/venv-$({ cat "$(payload_file "$ACME_ROOT/requirements.txt")"; python3 --version; } | sha256sum | cut -c 1-16)"
}

acme_client_install() {
  local folder
  folder=$(acme_client_folder)
  if [ ! -e "$folder/complete" ] || ! acme_client_runs "$folder"; then
    rm -rf "$folder"
    acme_client_make "$folder"
    : > "$folder/complete"
    changed "installed $("$folder/bin/certbot" --version 2>&1)"
  fi
  [ "$(readlink "$ACME_ROOT/venv" || true)" = "${folder##*/}" ] || ln -sfT "${folder##*/}" "$ACME_ROOT/venv" # not there yet
  find "$ACME_ROOT" -maxdepth 1 -name 'venv-*' ! -path "$folder" -exec rm -rf {} +
}

# acme_client_runs FOLDER: not if its Python has changed since. Called like this, it reads no other certbot's settings.
acme_client_runs() { "$1/bin/python" -c 'import certbot' > /dev/null 2>&1; }

# acme_client_make FOLDER: a venv cannot be moved, so it is made in its place, and complete with its last file.
acme_client_make() {
  local index options=(--quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-cache-dir)
  index=$(setting python-index '')
  python3 -m venv "$1" > "$PAYLOAD/pip.log" 2>&1 || {
    tail -n 5 "$PAYLOAD/pip.log" >&2
    fail "python3 could not make a venv for the ACME client" "sudo geo-system packages check: python3-venv must be there"
  }
  [ -z "$index" ] || options+=(--index-url "$index")
  "$1/bin/pip" install "${options[@]}" -r "$(payload_file "$ACME_ROOT/requirements.txt")" > "$PAYLOAD/pip.log" 2>&1 || {
    tail -n 20 "$PAYLOAD/pip.log" >&2
    fail "pip could not install the ACME client, certbot" "can the host reach ${index:-https://pypi.org}? a mirror: $PULUMI config set pythonIndex URL"
  }
}

# acme_run_certbot WORD …: with its own folders, and without the settings of another certbot on this host.
acme_run_certbot() {
  local account environment=("HOME=$ACME_ROOT" "XDG_CONFIG_HOME=$ACME_ROOT/none") own=("$(acme_certbot)")
  account=$(acme_account)
  environment+=("REQUESTS_CA_BUNDLE=$(acme_trusted)")
  # shellcheck disable=SC2016 # $@ is for the inner shell
  [ ! -e /etc/letsencrypt/cli.ini ] || own=(unshare --mount sh -c 'mount -t tmpfs none /etc/letsencrypt && exec "$@"' sh "${own[@]}")
  env "${environment[@]}" "${own[@]}" "$@" --non-interactive --config-dir "$account/config" --work-dir "$account/work" \
    --logs-dir "$account/logs" --max-log-backups 5 --no-directory-hooks
}

# What the CA's own HTTPS is verified by: the host's roots, as for everything else that it fetches, and acmeCaFile beside them.
acme_trusted() {
  cat /etc/ssl/certs/ca-certificates.crt > "$PAYLOAD/trusted.pem"
  [ ! -e "$ACME_ROOT/ca.pem" ] || cat "$ACME_ROOT/ca.pem" >> "$PAYLOAD/trusted.pem"
  say "$PAYLOAD/trusted.pem"
}
