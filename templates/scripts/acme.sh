# shellcheck shell=bash
# Step `acme`: a certificate from an ACME CA, by http-01 through nginx, for the names of the payload. Ordered only where
# none on the host covers them; a timer renews it. What belongs to it survives `undo`, so that a later `up` orders nothing.
#   acme-client.sh       the client, certbot, in a venv from its lock file
#   acme-order.sh        one order: what is checked before, what the CA said
#   acme-certificate.sh  the certificates that were issued, and the one that nginx serves
#   acme-covered.sh      which of them is meant
#   acme-renewal.sh      when, and what is written of it
#
#   /var/lib/geo-system-acme/    certbot's own files are under accounts/, one folder a directory URL; no other certbot of
#   the host is touched

ACME_UNITS=(geo-system-acme.service geo-system-acme.timer)

acme_apply() {
  site_wait_remember
  acme_place_files
  acme_client_install
  acme_take_issued
  if acme_covered > /dev/null; then
    say "$(acme_names) covered until $(certificate_end "$(acme_covered)/fullchain.pem"): nothing is ordered"
    acme_settle_last
  else acme_order_or_fail order; fi
  acme_serve "$(acme_covered)" || stop
  acme_forget_ended
  acme_start_timer
}

acme_place_files() {
  local path
  # Others may pass through to the webroot, and read nothing else.
  install -d -m 0711 "$ACME_ROOT"
  install -d -m 0755 "$ACME_ROOT/webroot"{,/.well-known,"$ACME_CHALLENGES"}
  install -d -m 0700 "$ACME_ROOT/accounts"
  while read -r _ _ _ path; do place_file "$path"; done < <(payload_files)
  for path in ca.pem eab.ini; do payload_has "$ACME_ROOT/$path" || rm -f "$ACME_ROOT/$path"; done
}

acme_start_timer() {
  local unit
  systemctl daemon-reload
  for unit in "${ACME_UNITS[@]}"; do
    systemctl is-enabled -q "$unit" 2> /dev/null || { systemctl enable -q "$unit"; changed "enabled $unit"; }
  done
  systemctl is-active -q geo-system-acme.timer || { systemctl start geo-system-acme.timer; changed "started the timer of the renewal"; }
}

acme_check() {
  local path unit
  # Of the client's lock file its venv tells.
  while read -r _ _ _ path; do [ "$path" = "$ACME_ROOT/requirements.txt" ] || check_file "$path"; done < <(payload_files)
  [ "$(setting secret no)" = no ] || [ -s "$ACME_ROOT/eab.ini" ] || changed "$ACME_ROOT/eab.ini is missing"
  [ -x "$(acme_certbot)" ] || changed "certbot is missing in $ACME_ROOT/venv"
  acme_covered > /dev/null || changed "no valid certificate on the host covers $(acme_names)"
  for unit in "${ACME_UNITS[@]}"; do systemctl is-enabled -q "$unit" 2> /dev/null || changed "$unit is not enabled at boot"; done
  systemctl is-active -q geo-system-acme.timer || changed "the timer of the renewal does not run"
}

acme_undo() {
  local unit
  for unit in "${ACME_UNITS[@]}"; do
    systemctl disable -q --now "$unit" 2> /dev/null || true # it may not be there
    give_back "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  acme_forget_rest
  [ ! -d "$ACME_ROOT" ] || LEFT=": kept the ACME account and its certificates in $ACME_ROOT"
}

# All but the account and what it was issued: a secret, a client and a webroot that the next apply places again.
acme_forget_rest() {
  local path
  for path in "$ACME_ROOT"/{eab.ini,ca.pem,requirements.txt,webroot,venv,venv-*}; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    rm -rf "$path"
    changed "removed $path"
  done
}

acme_names() { settings name | paste -s -d ' '; }
