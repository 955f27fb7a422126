# shellcheck shell=bash
# A certificate by ACME: the units that renew it, what the last order came to, and whether the newest one is in use.

ACME=/var/lib/geo-system-acme

# `acme TIMER-ENABLED TIMER-ACTIVE BOOT-ENABLED ACCOUNT SECRET`: SECRET: `no` where the deployed payload was kept whole.
acme_facts() {
  grep -qsx 'kind: acme' "$APPLIED/certificate" && [ -e "$APPLIED/acme" ] || return 0
  fact acme "$(systemctl is-enabled geo-system-acme.timer 2> /dev/null)" "$(systemctl is-active geo-system-acme.timer)" \
    "$(systemctl is-enabled geo-system-acme.service 2> /dev/null)" "$(acme_has_account)" "$(applied acme secret no)"
  [ ! -s "$ACME/last" ] || text acme-last < "$ACME/last"
  acme_newest
}

# The folder of the deployed directory URL, as templates/scripts/acme.sh names it.
acme_folder() { say "$ACME/accounts/$(applied acme directory | sha256sum | cut -c 1-16)"; }

acme_has_account() {
  if [ -n "$(find "$(acme_folder)/config/accounts" -name private_key.json -size +0 2> /dev/null)" ]; then say yes; else say no; fi
}

# `acme-newest FINGERPRINT END`: of the certificates for all deployed names, the one that lasts longest.
acme_newest() {
  local chain ends newest='' last=0
  for chain in "$(acme_folder)"/certificates/*/fullchain.pem; do
    acme_covers "$chain" || continue
    ends=$(date -d "$(openssl x509 -in "$chain" -noout -enddate | cut -d = -f 2)" +%s)
    [ "$ends" -le "$last" ] || last=$ends newest=$chain
  done
  [ -z "$newest" ] || fact acme-newest "$(openssl x509 -in "$newest" -noout -fingerprint -sha256 | nginx_fingerprint)" "$last"
}

acme_covers() {
  local name check
  while IFS= read -r name; do
    check=-checkhost
    [[ ! $name =~ ^[0-9.]+$|: ]] || check=-checkip
    openssl x509 -in "$1" -noout "$check" "$name" 2> /dev/null | grep -q 'does match' || return 1
  done < <(sed -n 's/^name: //p' "$APPLIED/acme")
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
