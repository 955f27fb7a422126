# shellcheck shell=bash
# Step `acme`, the renewal: when it is due, and what is known of the last one. The CA's own word of when (ARI, RFC 9773) is
# certbot's to ask; a third of the lifetime is the latest.
#   /var/lib/geo-system-acme/last   `key=value` a line, after each order or renewal: at, result (ok, failed), did (order,
#   renewal), names, directory, profile, not_after and next (of the certificate in use; when its renewal is due), retry_after
#   (while a rate limit of that directory lasts), and after failures: failing_since, words (the CA's own, or why it was not
#   asked); times are seconds since the epoch

ACME_LAST="$ACME_ROOT/last"

# acme_renew: what the timer and each boot run.
acme_renew() {
  grep -qsx 'kind: acme' "$STATE/applied/certificate" || { say 'the site now has another kind of certificate'; return 0; }
  if acme_up_is_under_way; then say "an \`up\` is under way; the next run of the timer renews"; return 0; fi
  acme_take_issued
  acme_forget_ended
  if acme_unused; then acme_serve_or_fail; fi
  acme_client_ready
  acme_renew_due || return 0
  acme_covered > /dev/null || acme_order_or_fail renewal
  acme_serve_or_fail
}

# The client may be gone, or not run any more: a new release of the distribution has another Python.
acme_client_ready() {
  ! acme_client_runs "$ACME_ROOT/venv" || return 0
  (acme_client_install) 2> "$PAYLOAD/client.errors" && return 0
  cat "$PAYLOAD/client.errors" >&2
  acme_write_last failed renewal "the ACME client could not be installed: $(tail -n 2 "$PAYLOAD/client.errors" | tr -s '[:space:]' ' ' | cut -c 1-400)"
  stop
}

# acme_unused: is there a certificate that was issued and never linked? A run was cut off between the CA and nginx.
acme_unused() {
  local folder
  folder=$(acme_covered) || return 1
  [ "$(readlink "$CERTIFICATE_LINK")" != "$(acme_target "$folder")" ]
}

acme_up_is_under_way() { [ -e "$UP" ] && ! flock -n "$UP" true; }

# acme_renew_due: 1 where nothing is to be done: not due, or a rate limit lasts.
acme_renew_due() {
  local folder before
  folder=$(acme_covered || true) # none: it ended, or it never came
  if [ -z "$folder" ]; then
    acme_wait_for_limit && return 1
    return 0
  fi
  if [ "$(date +%s)" -lt "$(acme_latest "$folder")" ]; then
    acme_is_lineage "$folder" || { acme_settle_last; return 1; }
    # certbot asks the CA when; and does nothing where that is later.
    before=$folder
    : > "$PAYLOAD/words"
    if acme_wait_for_limit; then return 1; fi
    acme_ask --keep-until-expiring || { acme_write_last failed renewal "$(acme_words)"; fail "$(acme_what)" "$(acme_advice)"; }
    if [ "$(acme_covered)" = "$before" ]; then
      # The CA wants none yet, so what failed before is over.
      acme_settle_last
      return 0
    fi
    acme_write_last ok renewal
    return 0
  fi
  if acme_wait_for_limit; then return 1; fi
  acme_order_or_fail renewal
}

# acme_is_lineage FOLDER: is it what certbot would renew? One for more names, or from before, does until its last third;
# certbot would order another one at once.
acme_is_lineage() {
  local live
  live="$(acme_account)/config/live/geo-system/fullchain.pem"
  [ -e "$live" ] && cmp -s "$live" "$1/fullchain.pem" &&
    [ "$(openssl x509 -in "$live" -noout -ext subjectAltName | grep -oE '(DNS|IP Address):' | grep -c .)" = "$(settings name | grep -c .)" ]
}

acme_wait_for_limit() {
  local until
  until=$(acme_limit)
  [ -n "$until" ] || return 1
  say "the CA asked to wait until $(date -u -d "@$until" '+%F %T UTC')"
}

acme_serve_or_fail() {
  local folder
  folder=$(acme_covered)
  if ! systemctl is-active -q nginx; then
    acme_place "$folder"
    acme_link "$(acme_target "$folder")"
    say 'nginx does not run; it reads the certificate when it starts'
    return 0
  fi
  acme_serve "$folder" && return 0
  acme_write_last failed renewal "nginx does not serve the new certificate; the old one is back"
  stop
}

# acme_latest FOLDER: when its renewal is due at the latest.
acme_latest() {
  local begins ends
  begins=$(date -d "$(openssl x509 -in "$1/fullchain.pem" -noout -startdate | cut -d = -f 2)" +%s)
  ends=$(date -d "$(certificate_end "$1/fullchain.pem")" +%s)
  say "$((ends - (ends - begins) / 3))"
}

# acme_last KEY: of what was written last; nothing where it has none.
acme_last() { sed -n "s/^$1=//p" "$ACME_LAST" 2> /dev/null || true; }

# acme_limit: when a rate limit that lasts still will end. Of another CA it says nothing.
acme_limit() {
  local until
  until=$(acme_last retry_after)
  [ "${until:-0}" -le "$(date +%s)" ] || [ "$(acme_last directory)" != "$(setting directory)" ] || say "$until"
}

# What is wanted now is on the host, without an order: `last` tells of that certificate, and of no failure before it.
acme_settle_last() {
  local ends did
  ends=$(date -d "$(certificate_end "$(acme_covered)/fullchain.pem")" +%s)
  if [ "$(acme_last result)" = ok ] && [ "$(acme_last not_after)" = "$ends" ] && [ "$(acme_last directory)" = "$(setting directory)" ]; then return 0; fi
  did=$(acme_last did)
  acme_write_last ok "${did:-order}"
}

# acme_write_last ok|failed order|renewal [WORDS]: in one piece, or the text before stays.
acme_write_last() {
  local text
  text=$(acme_last_text "$@")
  if say "$text" > "$ACME_LAST.new" && mv -fT "$ACME_LAST.new" "$ACME_LAST"; then return 0; fi
  say "$ACME_LAST could not be written and stays as it was: is the disk full? df -h $ACME_ROOT" >&2
}

acme_last_text() {
  local folder since limit
  folder=$(acme_covered || readlink -f "$CERTIFICATE_LINK")
  since=$(acme_last failing_since)
  limit=$([ "$1" = ok ] || acme_retry_after)
  # One that lasts still, so that the CA was not asked.
  [ -n "$limit" ] || limit=$(acme_limit)
  say "at=$(date +%s)" "result=$1" "did=$2" | tr ' ' '\n'
  say "names=$(settings name | paste -s -d ,)"
  say "directory=$(setting directory)"
  say "profile=$(setting profile '')"
  say "not_after=$(date -d "$(certificate_end "$folder/fullchain.pem")" +%s)"
  say "next=$(acme_latest "$folder")"
  [ -z "$limit" ] || say "retry_after=$limit"
  if [ "$1" = failed ]; then
    say "failing_since=${since:-$(date +%s)}"
    say "words=$3"
  fi
}
