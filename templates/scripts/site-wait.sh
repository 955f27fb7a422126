# shellcheck shell=bash
# Step `site` before an order of step `acme`: where nginx answers the CA as it is, it is not reloaded for the site alone. It
# takes the site over with the certificate, by one reload. Where that step fails, the site before is put back.
#   /run/geo-system/site-waits   that nginx has not read the site yet; gone with a boot, which starts nginx with it

SITE_WAITS="$RUN/site-waits"
SITE_WAITED=no # whether the site came into use by this run of step `acme` at the earliest

# site_can_wait: is there something to tell nginx, and does step `acme` come with it in this `up`? Only for a site that can
# be put back.
site_can_wait() {
  [ -e "$SITE_FORMER" ] && ! cmp -s "$SITE_FORMER" "$PAYLOAD/text" && systemctl is-active -q nginx && site_stale &&
    site_acme_follows && site_keeps_includes && site_answers_ca
}

# Whether the operator's own directives let the CA through, only the nginx that has them can tell.
site_keeps_includes() {
  local name
  for name in server http; do
    cmp -s <(site_include "$PAYLOAD/former" "$name") <(site_include "$NGINX" "$name") || return 1
  done
}

# site_include TREE BLOCK: nothing where there is none.
site_include() { cat "$1/geo-system/$2.conf" 2> /dev/null || true; }

# What is to be certified differs from what step `acme` was applied for last.
site_acme_follows() {
  grep -qsx 'kind: acme' "$STATE/applied/certificate" && ! cmp -s <(site_certified certificate) <(site_certified acme)
}

# site_certified STEP: nothing where it was never applied.
site_certified() { grep -sE '^(name|directory|profile): ' "$STATE/applied/$1" || true; }

# Is there a certificate to order, and does nginx answer for all of its names? In a payload of its own.
site_answers_ca() (
  PAYLOAD="$PAYLOAD/certificate"
  payload_read < "$STATE/applied/certificate"
  ! acme_covered > /dev/null && acme_answers
)

site_wait() {
  : > "$SITE_WAITS"
  say 'nginx takes the site over together with the certificate, in step acme'
}

# Before the first reload, which takes that file away, whatever becomes of the certificate.
site_wait_remember() { [ ! -e "$SITE_WAITS" ] || SITE_WAITED=yes; }

# Step `acme` failed. A site that cannot be put back is left to the next `up`, which finds nginx older than the files.
site_wait_ends() {
  [ -e "$SITE_WAITS" ] || [ "$SITE_WAITED" = yes ] || return 0
  site_put_back 'step acme failed'
  say "geo-system acme: ${SITE_BACK#; }" >&2
}
