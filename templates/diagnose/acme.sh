# shellcheck shell=bash
# A certificate by ACME: the units that renew it, what the last order came to, and whether the one that is meant is in use:
# acme-covered.sh finds it, of what was deployed.

settings() { sed -n "/^==> /q; s|^$1: ||p" "$APPLIED/acme"; }
setting() { applied acme "$@"; }

# `acme TIMER-ENABLED TIMER-ACTIVE BOOT-ENABLED ACCOUNT SECRET`: SECRET: `no` where the deployed payload was kept whole.
acme_facts() {
  grep -qsx 'kind: acme' "$APPLIED/certificate" && [ -e "$APPLIED/acme" ] || return 0
  fact acme "$(systemctl is-enabled geo-system-acme.timer 2> /dev/null)" "$(systemctl is-active geo-system-acme.timer)" \
    "$(systemctl is-enabled geo-system-acme.service 2> /dev/null)" "$(acme_has_account)" "$(applied acme secret no)"
  [ ! -s "$ACME_ROOT/last" ] || text acme-last < "$ACME_ROOT/last"
  acme_newest
}

acme_has_account() {
  if [ -n "$(find "$(acme_account)/config/accounts" -name private_key.json -size +0 2> /dev/null)" ]; then say yes; else say no; fi
}

# `acme-newest FINGERPRINT END`: of the certificates that the host would use, the one that lasts longest.
acme_newest() {
  local folder
  folder=$(acme_covered) || return 0
  fact acme-newest "$(certificate_fingerprint "$folder/fullchain.pem")" "$(date -d "$(certificate_end "$folder/fullchain.pem")" +%s)"
}

# `acme-challenge ANSWER RIGHT`: what nginx says on the host itself to the challenge that is always there, 200 then. The site
# of an earlier version, which has none, says 404.
acme_challenge() {
  local answer right=404 path=/.well-known/acme-challenge/geo-system
  [ -e "$APPLIED/acme" ] || return 0
  ! grep -qs "$path " "$APPLIED/acme" || right=200
  answer=$(curl -qsS --noproxy '*' --max-time 4 -o /dev/null -w '%{http_code}' -H "Host: $(sed -n 's/^name: //p' "$APPLIED/acme" | head -n 1)" \
    "http://127.0.0.1$path" 2> /dev/null)
  fact acme-challenge "${answer:-000}" "$right"
}
