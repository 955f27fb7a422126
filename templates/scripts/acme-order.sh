# shellcheck shell=bash
# Step `acme`, one order: what can be known is checked before the CA is asked, since each failure counts there.

ACME_CHALLENGES=/.well-known/acme-challenge
# Let's Encrypt allows 5 failed authorizations of a name in an hour: one is left for a person.
ACME_MOST_FAILURES=4

# acme_order_or_fail order|renewal: the certificate, or what stands in its way; the one in use stays. Where it is too early to
# ask, `last` keeps what the CA said.
acme_order_or_fail() {
  : > "$PAYLOAD/words"
  if acme_may_ask; then
    if acme_order "$1"; then return 0; fi
    acme_write_last failed "$1" "$(acme_words)"
  fi
  fail "$(acme_what)" "$(acme_advice)"
}

# acme_order order|renewal: 0 once the certificate is kept. Why not is in $PAYLOAD/words, in one line.
acme_order() {
  acme_answers || return 1
  if ! acme_ask --force-renewal; then
    acme_count_failure
    return 1
  fi
  rm -f "$(acme_account)/failures"
  acme_write_last ok "$1"
  changed "$1: a certificate for $(acme_names) until $(certificate_end "$(acme_covered)/fullchain.pem")"
}

# acme_ask WORD …: asks the CA. Again at once only where it says so: a nonce that it no longer knows is no failure.
acme_ask() {
  local tries account
  account=$(acme_account)
  install -d -m 0700 "$account"
  say "$(setting directory)" > "$account/directory"
  acme_set_aside_broken
  for ((tries = 0; tries < 6; tries++)); do
    if acme_certonly "$@" > "$PAYLOAD/certbot" 2>&1; then
      acme_take_issued || { say "the certificate came and could not be kept: is the disk full? df -h $ACME_ROOT" > "$PAYLOAD/words"; return 1; }
      acme_covered > /dev/null && return 0
      say "the CA issued a certificate that does not cover $(acme_names), by another profile, or by a CA that acmeCaFile does not hold" > "$PAYLOAD/words"
      return 1
    fi
    acme_read_words > "$PAYLOAD/words"
    if grep -q 'anti-replay nonce' "$PAYLOAD/certbot"; then continue; fi
    # The CA was reset, as staging CAs are at times, or the account was deactivated.
    if grep -qE 'accountDoesNotExist|[Aa]ccount (is not valid|does not exist|.*not found)|No such account' "$PAYLOAD/certbot" && [ -d "$account/config/accounts" ]; then
      rm -rf "$account/config/accounts"
      say 'the CA no longer knows the account: a new one is registered'
      continue
    fi
    return 1
  done
  return 1
}

acme_certonly() {
  local name words=(certonly --agree-tos --server "$(setting directory)" --cert-name geo-system --renew-with-new-domains
    --webroot --webroot-path "$ACME_ROOT/webroot" --key-type ecdsa --elliptic-curve secp256r1)
  if [ -n "$(setting email '')" ]; then words+=(--email "$(setting email)"); else words+=(--register-unsafely-without-email); fi
  [ -z "$(setting profile '')" ] || words+=(--preferred-profile "$(setting profile)")
  # By a file, since every user of the host can read a command line.
  [ ! -e "$ACME_ROOT/eab.ini" ] || words+=(--config "$ACME_ROOT/eab.ini" --eab-kid "$(setting eab-key-id)")
  for name in $(settings name); do
    if [[ $name =~ ^[0-9.]+$|: ]]; then words+=(--ip-address "$name"); else words+=(-d "$name"); fi
  done
  acme_run_certbot "${words[@]}" "$@"
}

# A power cut may have left certbot's folder half written; it then refuses to work. What it had issued is kept already.
acme_set_aside_broken() {
  local config name
  config="$(acme_account)/config"
  acme_take_issued || return 1 # nothing is taken away that could not be kept
  for name in fullchain privkey cert chain; do
    if [ ! -e "$config/live/geo-system/$name.pem" ] || [ ! -s "$config/renewal/geo-system.conf" ]; then
      acme_set_aside
      return 0
    fi
  done
  certificate_is_pair "$config/live/geo-system/fullchain.pem" "$config/live/geo-system/privkey.pem" || acme_set_aside
}

acme_set_aside() {
  local config
  config="$(acme_account)/config"
  rm -rf "$config/live/geo-system" "$config/archive/geo-system" "$config/renewal/geo-system.conf"
}

# acme_answers: does nginx answer what the CA will ask? From here, so that a site that stands in its way costs no failure.
acme_answers() {
  local name file found word
  word="geo-system-$$"
  file="$ACME_ROOT/webroot$ACME_CHALLENGES/$word"
  install -d -m 0755 "$ACME_ROOT/webroot"{,/.well-known,"$ACME_CHALLENGES"}
  say "$word" > "$file"
  for name in $(settings name); do
    found=$(acme_fetch "$name" "$word" || true) # curl says it in `found`
    [ "$found" = "$word" ] || {
      say "nginx does not answer http://$(acme_authority "$name")$ACME_CHALLENGES/ from $ACME_ROOT/webroot: ${found:0:200}" | paste -s -d ' ' > "$PAYLOAD/words"
      rm -f "$file"
      return 1
    }
  done
  rm -f "$file"
}

# acme_fetch NAME WORD: as the CA does: a redirection is followed, whatever certificate is there.
acme_fetch() {
  curl -qsSkL --noproxy '*' --max-time 10 --max-redirs 5 --connect-to '::127.0.0.1:' -w '%{stderr}HTTP %{http_code}' \
    "http://$(acme_authority "$1")$ACME_CHALLENGES/$2" 2> "$PAYLOAD/curl" > "$PAYLOAD/body" || { cat "$PAYLOAD/curl"; return 0; }
  if grep -qx 'HTTP 200' "$PAYLOAD/curl"; then head -c 200 "$PAYLOAD/body"; else cat "$PAYLOAD/curl"; fi
}

acme_authority() { if [[ $1 = *:* ]]; then say "[$1]"; else say "$1"; fi; }

# acme_may_ask: not before a rate limit ends, and not when the next failure could be the one that the CA counts out.
acme_may_ask() {
  local until now failures
  now=$(date +%s)
  if acme_wait_for_limit > "$PAYLOAD/limit"; then
    say "$(< "$PAYLOAD/limit")$(acme_last_reason)" > "$PAYLOAD/words"
    return 1
  fi
  failures=$(awk -v since="$((now - 3600))" '$1 > since' "$(acme_account)/failures" 2> /dev/null || true) # none
  [ "$(grep -c . <<< "$failures")" -ge "$ACME_MOST_FAILURES" ] || return 0
  until=$(($(sed -n 1p <<< "$failures") + 3600))
  say "$ACME_MOST_FAILURES orders failed within the last hour, and CAs allow five failed authorizations; the CA is asked again after $(date -u -d "@$until" '+%F %T UTC')$(acme_last_reason)" > "$PAYLOAD/words"
  return 1
}

# acme_last_reason: why the last order failed, where it was this CA's; nothing where none did.
acme_last_reason() {
  local words
  words=$(acme_last words)
  [ -z "$words" ] || [ "$(acme_last directory)" != "$(setting directory)" ] || say "; reason: $words"
}

# Only what the CA has judged counts there.
acme_count_failure() {
  ! acme_unreached || return 0
  date +%s >> "$(acme_account)/failures"
}

acme_unreached() {
  grep -qsE 'Max retries exceeded|Failed to establish|Connection (refused|aborted|reset)|NameResolutionError|ReadTimeout|ConnectTimeout|SSLError' "$PAYLOAD/certbot" &&
    ! grep -qE '^ +(Type|Detail):' "$PAYLOAD/certbot"
}

acme_words() { cat "$PAYLOAD/words"; }

# acme_read_words: what the CA said, in one line: `Detail:` of each name, else the error of the order.
acme_read_words() {
  {
    if grep -qE '^ +Detail:' "$PAYLOAD/certbot"; then
      awk '/^ +Identifier:|^ +Domain:/ { name = $2 } /^ +Type:/ { type = $2 } /^ +Detail:/ { sub(/^ +Detail: */, ""); print name ": " type ": " $0 }' "$PAYLOAD/certbot"
    else
      grep -vE '^(Saving debug log|Ask for help|See the logfile|Requesting a cert|Renewing an existing|Account registered|Certbot has set up|- - -|An unexpected error|Some challenges|$)' "$PAYLOAD/certbot" | tail -n 3
    fi
  } | tr -s '[:space:]' ' ' | cut -c 1-600
}

acme_what() { say "the CA at $(setting directory) certified nothing, so the certificate in use stays: $(acme_words)"; }

# acme_retry_after: when the rate limit that was hit ends, in seconds since the epoch. Let's Encrypt writes it into its
# words; every CA may say it in a header, which certbot's log has.
acme_retry_after() {
  local said
  grep -qE 'rateLimited|too many|rate limit' "$PAYLOAD/certbot" 2> /dev/null || return 0
  said=$(sed -nE 's/.*retry after ([0-9]{4}-[0-9-]+[ T][0-9:]+) ?(UTC|Z).*/\1/p' "$PAYLOAD/words" | head -n 1)
  if [ -n "$said" ]; then date -u -d "$said" +%s; return 0; fi
  said=$(sed -nE 's/^Retry-After: *//Ip' "$(acme_account)/logs/letsencrypt.log" | tail -n 1 | tr -d '\r')
  if [[ $said =~ ^[0-9]+$ ]]; then say "$(($(date +%s) + said))"
  elif [ -n "$said" ]; then date -d "$said" +%s
  else say "$(($(date +%s) + 3600))"; fi
}

acme_advice() {
  local words
  words=$(acme_words)
  if acme_unreached; then
    say "can the host reach the CA? curl -sI $(setting directory); then '$PULUMI up'"
    return 0
  fi
  case "$words" in
    'nginx does not answer'*) say "something in the site answers first, such as a location or a return in siteInclude, or another site of this host: sudo nginx -T | grep -n -e acme-challenge -e return; then '$PULUMI up'" ;;
    *'too many'* | *'rate limit'* | *rateLimited* | *'asked to wait'* | *'within the last hour'*) say "wait until $(acme_until); the current certificate stays in use" ;;
    *xternal?account* | *xternalAccount*) say "the CA binds accounts: acmeEabKeyId and acmeEabHmacKey must be as it gave them; then '$PULUMI up'" ;;
    *caa:* | *CAA*) say "the CAA record of the name must allow this CA: dig CAA NAME" ;;
    *dns:* | *'No valid IP addresses'* | *NXDOMAIN*) say "the name must lead to this host: dig A NAME, dig AAAA NAME" ;;
    *connection:* | *Fetching*) acme_advice_port ;;
    *unauthorized:* | *'Invalid response from'*) say "another server answers for the name: its A and AAAA records, and what is in front of the host" ;;
    *) say "the whole of it: sudo less $(acme_account)/logs/letsencrypt.log" ;;
  esac
}

acme_advice_port() {
  if [ "$(firewall_state)" = active ] && [[ $(firewall_verdict 80/tcp 4) != allow* ]]; then say "ufw of this host does not allow 80/tcp: '$PULUMI up' repairs it"
  else say "port 80 of this host must be open to the world: look at the firewall of the cloud, and where the name leads"; fi
}

acme_until() {
  local until
  until=$(acme_limit)
  if [ -n "$until" ]; then date -u -d "@$until" '+%F %T UTC'; else say "the time that it names"; fi
}
