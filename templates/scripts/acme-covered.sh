# shellcheck shell=bash
# Step `acme`: which of the certificates on the host is meant. Read by `diagnose` and `status` too, which have settings of their
# own for it.

ACME_ROOT=/var/lib/geo-system-acme

# The folder of the payload's directory URL, which is also its account's: a CA knows no account of another one.
acme_account() { say "$ACME_ROOT/accounts/$(setting directory | sha256sum | cut -c 1-16)"; }

# acme_covered: the folder of a valid certificate for all names of the payload, by its directory and profile: the one that
# lasts longest. Fails where there is none.
acme_covered() {
  local folder ends best='' last=0
  for folder in "$(acme_account)"/certificates/*/; do
    acme_covers "${folder%/}" || continue
    ends=$(date -d "$(certificate_end "$folder/fullchain.pem")" +%s)
    [ "$ends" -le "$last" ] || { last=$ends best=${folder%/}; }
  done
  [ -n "$best" ] && say "$best"
}

# acme_covers FOLDER: a disk that was full may have left half of one.
acme_covers() {
  local chain="$1/fullchain.pem" name
  acme_lasts "$chain" && certificate_is_pair "$chain" "$1/privkey.pem" || return 1
  # Without a wanted profile any is right.
  [ -z "$(setting profile '')" ] || [ "$(cat "$1/profile" 2> /dev/null)" = "$(setting profile)" ] || return 1
  for name in $(settings name); do certificate_is_for "$chain" "$name" || return 1; done
  # A CA of one's own may have been made again: what the former one issued is no longer trusted.
  [ ! -e "$ACME_ROOT/ca.pem" ] || openssl verify -CAfile "$ACME_ROOT/ca.pem" -untrusted "$chain" "$chain" > /dev/null 2>&1
}

# acme_lasts CHAIN
acme_lasts() { [ -e "$1" ] && openssl x509 -in "$1" -noout -checkend 0 > /dev/null 2>&1; }
