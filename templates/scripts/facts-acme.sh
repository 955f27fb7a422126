# shellcheck shell=bash
# The facts of ACME: the certificate on the host that covers the wanted names, the timer, and what the last order or
# renewal came to.

facts_acme() {
  local wanted="$FACTS/wanted/acme" folder
  [ -e "$wanted" ] || return 0
  payload_read < "$wanted"
  folder=$(acme_covered || true) # none: it is about to be ordered
  [ -z "$folder" ] || fact acme-certificate "$(certificate_fingerprint "$folder/fullchain.pem")" "$(date -d "$(certificate_end "$folder/fullchain.pem")" +%s)"
  fact acme-timer "$(systemctl is-enabled geo-system-acme.timer 2> /dev/null || true)" "$(systemctl is-active geo-system-acme.timer || true)"
  [ ! -s "$ACME_LAST" ] || fact acme-last "$(encoded < "$ACME_LAST")"
}
