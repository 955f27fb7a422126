# shellcheck shell=bash
# Step `acme`, the certificates: what the CA issued is kept, each with its key in a folder named by its fingerprint, beside
# the account. certbot's own folder is where they come from, and never what nginx reads.

# acme_take_issued: what certbot has got goes to its own folder here, also where a power cut came in between. What has ended
# stays with certbot alone, which keeps the last five.
acme_take_issued() {
  local account archive version chain folder
  account=$(acme_account)
  archive="$account/config/archive/geo-system"
  for chain in "$archive"/fullchain*.pem; do
    version=${chain##*/fullchain} version=${version%.pem}
    if ! acme_lasts "$chain" || ! certificate_is_pair "$chain" "$archive/privkey$version.pem"; then continue; fi
    folder="$account/certificates/$(certificate_fingerprint "$chain" | cut -c 1-16)"
    certificate_is_pair "$folder/fullchain.pem" "$folder/privkey.pem" || acme_keep_issued "$chain" "$archive/privkey$version.pem" "$folder" || return 1
  done
}

# acme_keep_issued CHAIN KEY FOLDER: all of it or nothing. Every failure is returned by hand: bash does not stop at one where
# a function is asked whether it succeeds.
acme_keep_issued() {
  local profile
  profile=$(sed -n 's/^preferred_profile = //p' "${1%/archive/*}/renewal/geo-system.conf" 2> /dev/null || true) # cut off before it was written
  rm -rf "$3.new"
  install -d -m 0700 "${3%/*}" "$3.new" || return 1
  install -m 0644 "$1" "$3.new/fullchain.pem" || return 1
  install -m 0600 "$2" "$3.new/privkey.pem" || return 1
  say "$profile" > "$3.new/profile" || return 1
  sync "$3.new"/* || return 1
  rm -rf "$3"
  mv -T "$3.new" "$3"
}

# Certificates that have ended go.
acme_forget_ended() {
  local folder
  for folder in "$(acme_account)"/certificates/*/; do
    [ ! -e "$folder/fullchain.pem" ] || acme_lasts "$folder/fullchain.pem" || rm -rf "${folder%/}"
  done
}

# acme_serve FOLDER: nginx serves that certificate, by one reload; where it does not, what was there before is back.
acme_serve() {
  local target before
  before=$(readlink "$CERTIFICATE_LINK")
  target=$(acme_target "$1")
  acme_place "$1"
  if [ "$before" = "$target" ] && acme_proven "$target" 2> /dev/null; then return 0; fi
  acme_link "$target"
  if ! nginx -t -q 2> "$PAYLOAD/nginx.errors"; then
    cat "$PAYLOAD/nginx.errors" >&2
    acme_link "$before"
    fail_softly "nginx rejects the new certificate and keeps the old one" "sudo nginx -t"
    return 1
  fi
  if site_reload && acme_proven "$target"; then
    certificate_forget_others "$target" "$before"
    return 0
  fi
  acme_link "$before"
  site_reload || say 'nginx did not take the old certificate over again: sudo nginx -t' >&2
  fail_softly "nginx does not serve the new certificate; the old one is back" "sudo tail /var/log/nginx/error.log"
  return 1
}

# acme_target FOLDER: where nginx reads that certificate.
acme_target() { say "$CERTIFICATE_ROOT/certificates/${1##*/}"; }

# acme_place FOLDER: puts it there.
acme_place() {
  local target
  target=$(acme_target "$1")
  certificate_placed "$1/fullchain.pem" "$1/privkey.pem" "$target" || certificate_place "$1/fullchain.pem" "$1/privkey.pem" "$target"
}

# acme_link TARGET
acme_link() {
  [ "$(readlink "$CERTIFICATE_LINK")" != "$1" ] || return 0
  ln -sfT "$1" "$(beside "$CERTIFICATE_LINK")"
  mv -fT "$(beside "$CERTIFICATE_LINK")" "$CERTIFICATE_LINK"
  changed "linked $CERTIFICATE_LINK -> $1"
}

# acme_proven FOLDER: a TLS handshake for every name, on this host, is given that certificate.
acme_proven() {
  local name served wanted
  wanted=$(certificate_fingerprint "$1/fullchain.pem")
  for name in $(settings name); do
    served=$(acme_served "$name" || true) # nothing: no handshake
    [ "$served" = "$wanted" ] || { say "for $name nginx serves ${served:-no certificate}, expected $wanted" >&2; return 1; }
  done
}

# acme_served NAME: the fingerprint that a client of NAME sees. An address is no server name.
acme_served() {
  local sni=(-servername "$1") answer="$PAYLOAD/served.pem"
  [[ ! $1 =~ ^[0-9.]+$|: ]] || sni=(-noservername)
  timeout 10 openssl s_client -connect 127.0.0.1:443 "${sni[@]}" < /dev/null > "$answer" 2> /dev/null || return 1
  certificate_fingerprint "$answer"
}

# fail_softly WHAT NEXT: says it like `fail`, for a caller that has more to do before it ends.
fail_softly() { (fail "$@") || true; }
