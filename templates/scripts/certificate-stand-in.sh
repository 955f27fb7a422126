# shellcheck shell=bash
# Step `certificate` on a host that has none of ours, with `tls: acme`: what nginx serves until step `acme` has ordered.

# certificate_stand_in FOLDER: the one that nginx serves already, by a site that was set up by hand, so that clients who
# trust it stay. Otherwise a self-signed one: without a certificate nginx does not start.
certificate_stand_in() {
  install -d -m 0700 "$1"
  certificate_copy_served "$1" || certificate_make "$1"
}

# certificate_copy_served FOLDER
certificate_copy_served() {
  local served chain key
  served=$(acme_served "$(setting name)" || true) # no handshake
  [ -n "$served" ] || return 1
  for chain in $(certificate_paths ssl_certificate); do
    [ "$(certificate_fingerprint "$chain" 2> /dev/null || true)" = "$served" ] || continue
    for key in $(certificate_paths ssl_certificate_key); do
      certificate_is_pair "$chain" "$key" || continue
      install -m 0644 "$chain" "$1/fullchain.pem"
      install -m 0600 "$key" "$1/privkey.pem"
      say "until one by ACME is there, nginx serves the one that it serves already, of $chain"
      return 0
    done
  done
  return 1
}

# certificate_paths DIRECTIVE: the files that nginx reads by it. What is no file, such as a variable, is no certificate.
certificate_paths() {
  { nginx -T 2> /dev/null || true; } | # where it refuses, the trial of the site says why
    sed -nE "s/^[[:space:]]*$1[[:space:]]+[\"']?([^\"';[:space:]]+)[\"']?;.*/\1/p" | sed 's|^[^/]|/etc/nginx/&|' | sort -u
}

certificate_make() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 -subj '/CN=stand-in until a CA has certified this host' \
    -keyout "$1/privkey.pem" -out "$1/fullchain.pem" 2> /dev/null
}
