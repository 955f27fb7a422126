# shellcheck shell=bash
# Step `certificate`: the chain and its key, checked, in a folder named by the fingerprint; nginx reads them through a
# link that moves in one go. The step `site` reloads nginx, at most once a run.
#   certificate-stand-in.sh  what is served until step `acme` has ordered the first one
#   certificate-read.sh      what a certificate says of itself

CERTIFICATE_ROOT=/etc/geo-system
CERTIFICATE_LINK="$CERTIFICATE_ROOT/certificate"
CERTIFICATE_WARN_DAYS=14

certificate_apply() {
  local chain key folder before
  if [ "$(setting kind files)" = acme ]; then certificate_apply_acme; return 0; fi
  chain=$(payload_file "$CERTIFICATE_LINK/fullchain.pem")
  key=$(payload_file "$CERTIFICATE_LINK/privkey.pem")
  certificate_validate "$chain" "$key"
  folder=$(certificate_folder)
  before=$(readlink -f "$CERTIFICATE_LINK" || true) # nothing there yet
  install -d -m 0755 "$CERTIFICATE_ROOT" "$CERTIFICATE_ROOT/certificates"
  if ! certificate_placed "$chain" "$key" "$folder"; then certificate_place "$chain" "$key" "$folder"; fi
  place_link "$folder" "$CERTIFICATE_LINK"
  certificate_forget_others "$folder" "$before"
}

# What step `acme` will serve is made on the host, after nginx answers for it. Until then: the certificate in use.
certificate_apply_acme() {
  local issued before
  before=$(readlink -f "$CERTIFICATE_LINK" || true) # nothing there yet
  install -d -m 0755 "$CERTIFICATE_ROOT" "$CERTIFICATE_ROOT/certificates"
  issued=$(acme_covered || true) # none: it is ordered later
  if [ -n "$issued" ]; then certificate_use "$issued" "$before"
  elif ! certificate_is_pair "$before/fullchain.pem" "$before/privkey.pem"; then
    certificate_stand_in "$PAYLOAD/stand-in"
    certificate_use "$PAYLOAD/stand-in" "$before"
  fi
}

# certificate_use SOURCE BEFORE: the certificate in that folder, from now on.
certificate_use() {
  local folder
  folder="$CERTIFICATE_ROOT/certificates/$(certificate_fingerprint "$1/fullchain.pem" | cut -c 1-16)"
  certificate_placed "$1/fullchain.pem" "$1/privkey.pem" "$folder" || certificate_place "$1/fullchain.pem" "$1/privkey.pem" "$folder"
  place_link "$folder" "$CERTIFICATE_LINK"
  certificate_forget_others "$folder" "$2"
}

certificate_folder() { say "$CERTIFICATE_ROOT/certificates/$(setting fingerprint | cut -c 1-16)"; }

# Everything nginx would trip over, before anything is touched.
certificate_validate() {
  local next="issue or provide another certificate: $PULUMI config set certificateFile, certificateKeyFile"
  ! certificate_is_sound "$1" "$2" || return 0
  openssl x509 -in "$1" -noout 2> /dev/null || fail "fullchain.pem: expected a certificate in PEM, found none" "$next"
  openssl pkey -in "$2" -passin pass: -noout 2> /dev/null || fail "privkey.pem: expected a private key in PEM without a passphrase, found none" "$next"
  [ "$(certificate_fingerprint "$1")" = "$(setting fingerprint)" ] ||
    fail "fullchain.pem: expected the fingerprint $(setting fingerprint), found $(certificate_fingerprint "$1")" "run '$PULUMI up' with the version that wrote this command"
  certificate_is_pair "$1" "$2" ||
    fail "privkey.pem: it is not the key of the first certificate in fullchain.pem" "$next"
  openssl x509 -in "$1" -noout -checkend 0 > /dev/null ||
    fail "fullchain.pem: the certificate ended on $(certificate_end "$1")" "$next"
}

# All of that in two questions, for what is nearly always so. Failures are returned by hand, as in site-reload.sh.
certificate_is_sound() {
  local said key sum
  said=$(openssl x509 -in "$1" -noout -checkend 0 -fingerprint -sha256 -pubkey 2> /dev/null) || return 1
  key=$(openssl pkey -in "$2" -passin pass: -pubout 2> /dev/null) || return 1
  sum=${said#*Fingerprint=} sum=${sum%%$'\n'*} sum=${sum//:/}
  [ "${sum,,}" = "$(setting fingerprint)" ] && [[ $said = *"$key"* ]]
}

certificate_placed() {
  same_file "$1" "$3/fullchain.pem" root:root 0644 && same_file "$2" "$3/privkey.pem" root:root 0600
}

certificate_place() {
  rm -rf "$3.new"
  install -d -m 0755 "$3.new"
  install -m 0644 "$1" "$3.new/fullchain.pem"
  install -m 0600 "$2" "$3.new/privkey.pem"
  # The folder is there already where its files were changed by hand: file by file then, each in one move.
  if [ -d "$3" ]; then
    mv -fT "$3.new/privkey.pem" "$3/privkey.pem"
    mv -fT "$3.new/fullchain.pem" "$3/fullchain.pem"
    rmdir "$3.new"
  else
    mv -T "$3.new" "$3"
  fi
  changed "placed the certificate that ends on $(certificate_end "$3/fullchain.pem")"
}

# The one before stays until the next: nginx reads it until it is reloaded, and when the new site is taken back.
certificate_forget_others() {
  local folder
  [ "$1" != "$2" ] || return 0
  for folder in "$CERTIFICATE_ROOT"/certificates/*/; do
    folder=${folder%/}
    [ "$folder" = "$1" ] || [ "$folder" = "$2" ] || rm -rf "$folder"
  done
}

certificate_check() {
  local folder
  if [ "$(setting kind files)" = acme ]; then certificate_check_acme; return 0; fi
  folder=$(certificate_folder)
  [ "$(readlink "$CERTIFICATE_LINK" || true)" = "$folder" ] || changed "$CERTIFICATE_LINK does not lead to $folder" # may be missing
  certificate_check_files "$folder"
  [ "$CHANGED" = no ] || return 0
  certificate_validate "$folder/fullchain.pem" "$folder/privkey.pem"
  certificate_check_end "$folder/fullchain.pem"
}

# Any of the certificates that were placed: renewals change it. Step `acme`, which renews it, reports when it ends.
certificate_check_acme() {
  local folder
  folder=$(readlink "$CERTIFICATE_LINK" || true) # may be missing
  case "$folder" in
    "$CERTIFICATE_ROOT"/certificates/*) ;;
    '') changed "$CERTIFICATE_LINK is missing"; return 0 ;;
    *) changed "$CERTIFICATE_LINK leads to $folder, expected a folder in $CERTIFICATE_ROOT/certificates"; return 0 ;;
  esac
  certificate_check_files "$folder"
  [ "$CHANGED" = no ] || return 0
  certificate_is_pair "$folder/fullchain.pem" "$folder/privkey.pem" || changed "$folder holds no certificate with its key"
}

# certificate_check_files FOLDER
certificate_check_files() {
  local name
  for name in fullchain.pem:root:root\ 644 privkey.pem:root:root\ 600; do
    certificate_check_file "$1/${name%%:*}" "${name#*:}"
  done
}

certificate_check_end() {
  local days
  days=$((($(date -d "$(certificate_end "$1")" +%s) - $(date +%s)) / 86400))
  say "the certificate ends in $days days"
  [ "$days" -ge "$CERTIFICATE_WARN_DAYS" ] || changed "the certificate ends in less than $CERTIFICATE_WARN_DAYS days"
}

certificate_check_file() {
  local found
  [ -f "$1" ] || { changed "$1 is missing"; return 0; }
  found=$(stat -c '%U:%G %a' "$1")
  [ "$found" = "$2" ] || changed "$1 is $found, expected $2"
}

certificate_undo() {
  local there=no
  [ ! -e "$CERTIFICATE_ROOT/certificates" ] || there=yes
  give_back "$CERTIFICATE_LINK"
  rm -rf "$CERTIFICATE_ROOT/certificates"
  [ "$there" = no ] || changed "removed $CERTIFICATE_ROOT/certificates"
  [ ! -d "$CERTIFICATE_ROOT" ] || rmdir --ignore-fail-on-non-empty "$CERTIFICATE_ROOT"
}
