# shellcheck shell=bash
# Step `site`, the way back. A site that an `up` changes is for now, as its release is: the payload before it is kept until
# the proof from outside is there. Where that fails, or the release does, the site is put back with it.
#   /var/lib/geo-system/site-former     that payload
#   /var/lib/geo-system/site-put-back   that it was put back, when and why: until the step is applied again

SITE_FORMER="$STATE/site-former"
SITE_PUT_BACK="$STATE/site-put-back"
SITE_IS_BACK=no # in this run
SITE_BACK=''    # what became of the site, at the end of what is said of the release

# Before another payload is applied. Of several that were never proven the first one counts.
site_keep_former() {
  local applied="$STATE/applied/site"
  [ -e "$applied" ] && [ ! -e "$SITE_FORMER" ] && ! cmp -s "$applied" "$PAYLOAD/text" || return 0
  install -m 0600 "$applied" "$SITE_FORMER.new"
  mv -fT "$SITE_FORMER.new" "$SITE_FORMER"
}

# The proof from outside is there.
site_confirm() { rm -f "$SITE_FORMER"; }

# site_put_back WHY
site_put_back() {
  [ -e "$SITE_FORMER" ] || return 0
  if cmp -s "$SITE_FORMER" "$STATE/applied/site"; then
    site_confirm
    return 0
  fi
  # In the background and waited for: bash would go on after every failure in it, if it stood in the list of an `if`.
  (site_apply_former "$1") 9>&- &
  if wait "$!"; then SITE_IS_BACK=yes SITE_BACK='; the site is as it was before'
  else SITE_BACK="; the site could not be put back, so it stays as it was changed"; fi
}

site_apply_former() {
  STEP=site VERB=apply CHANGED=no PAYLOAD="$PAYLOAD/site-former"
  payload_read < "$SITE_FORMER"
  site_apply
  payload_keep
  unfinished_forget
  say "the site was put back at $(date -u '+%F %T UTC'): $1" > "$SITE_PUT_BACK.new"
  mv -fT "$SITE_PUT_BACK.new" "$SITE_PUT_BACK"
  site_confirm
}

site_check_put_back() { [ ! -e "$SITE_PUT_BACK" ] || changed "$(< "$SITE_PUT_BACK")"; }

site_forget_former() { rm -f "$SITE_FORMER" "$SITE_PUT_BACK"; }
