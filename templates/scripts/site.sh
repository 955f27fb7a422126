# shellcheck shell=bash
# Step `site`: the nginx site. A copy of the whole of /etc/nginx is changed and tested first; only then are files
# placed. nginx is never restarted, and reloaded once, when it serves something older than the files.
#   site-fit.sh       what this host cannot do, and is left out
#   site-upstream.sh  which ports of the backend the site leads to
#   site-limits.sh    the limits in nginx.conf
#   site-rivals.sh    other sites of the host that answer the same requests
#   site-reload.sh    nginx itself
#   site-workers.sh   its workers, and those that reloads have replaced
#   site-former.sh    the way back, where the release of the same `up` fails
#   site-wait.sh      one reload for the site and the certificate that step `acme` orders

NGINX=/etc/nginx

site_apply() {
  command -v nginx > /dev/null || fail "nginx is not installed" "sudo geo-system packages check; then '$PULUMI up'"
  site_fit -i "$(payload_file "$(site_file)")"
  cp -a "$NGINX" "$PAYLOAD/former"
  cp -a "$NGINX" "$PAYLOAD/wanted"
  site_change "$PAYLOAD/wanted"
  site_test "$PAYLOAD/wanted"
  site_keep_former
  site_adopt "$PAYLOAD/wanted"
  if site_can_wait; then site_wait; else site_serve || site_take_back; fi
  rm -f "$SITE_PUT_BACK"
  site_say_upstreams
}

site_check() {
  local path part
  path=$(site_file)
  site_fit -i "$(payload_file "$path")"
  check_file "$path"
  for part in $(site_parts); do check_file "$part"; done
  site_check_upstreams
  [ "$(readlink "$(site_link)" || true)" = "$path" ] || changed "$(site_link) does not lead to $path" # may be missing
  [ "$(site_replaced)" = "$(setting site)" ] || [ ! -e "$NGINX/sites-enabled/$(site_replaced)" ] || changed "the site $(site_replaced) is enabled again, which ours replaces"
  ! site_has_welcome "$NGINX" || changed "nginx's welcome page is enabled again"
  site_limits < "$NGINX/nginx.conf" > "$PAYLOAD/nginx.conf"
  cmp -s "$PAYLOAD/nginx.conf" "$NGINX/nginx.conf" || changed "$NGINX/nginx.conf allows fewer connections, or lacks the end of old workers"
  systemctl is-enabled -q nginx || changed "nginx does not start at boot"
  if ! systemctl is-active -q nginx; then changed "nginx does not run"
  elif site_stale; then changed "nginx serves an older configuration than the files in $NGINX"; fi
  site_check_put_back
}

# Links before the files they lead to: a cut in between must not leave a tree that nginx cannot load.
site_undo() {
  local kept
  while read -r kept; do
    kept=${kept%.absent}
    [ "$kept" = "$NGINX/nginx.conf" ] || give_back "$kept"
  done < <(site_kept)
  site_remove_folders
  rmdir --ignore-fail-on-non-empty "$NGINX/geo-system" 2> /dev/null || true # may not be there
  site_limits_undo
  # What is remembered goes when all is done: an undo that failed may have given the files back and not reloaded.
  if { [ "$CHANGED" = yes ] || [ -d "$STATE/before/site" ]; } && systemctl is-active -q nginx; then
    nginx -t -q || fail "the configuration as it was before is not valid; nginx keeps the current one" "correct it, then: sudo systemctl reload nginx"
    site_reload || fail "nginx did not take over the configuration as it was before" "sudo systemctl status nginx"
  fi
  rm -f "$SITE_RELOADED"
  site_forget_former
}

site_kept() {
  [ -d "$STATE/before/site" ] || return 0
  (cd "$STATE/before/site" && find . ! -type d -printf '/%P\n' | sort -r)
}

site_file() { say "$NGINX/sites-available/$(setting site)"; }
# What the site includes, beside the link of site-upstream.sh.
site_parts() { payload_files | awk -v site="$(site_file)" '$4 != site { print $4 }'; }
# What it included when it was last applied, and no longer does.
site_gone_parts() {
  local applied="$STATE/applied/site"
  [ -e "$applied" ] || return 0
  sed -n "s|^==> \\($NGINX/geo-system/.*\\) [^ ]* [^ ]* <==\$|\\1|p" "$applied" |
    while read -r part; do payload_has "$part" || say "$part"; done
}
site_link() { say "$NGINX/sites-enabled/$(setting site)"; }

# The host's own site that ours takes the place of: its link goes, its file stays, and undo puts the link back.
site_replaced() { setting replaces "$(setting site)"; }

# The name it had when it was last applied, where that differs.
site_former_name() {
  local former
  former=$(sed -n 's/^site: //p' "$STATE/applied/site" 2> /dev/null | sed -n 1p || true) # may be the first apply
  [ "$former" = "$(setting site)" ] || say "$former"
}

# site_change TREE: what the payload asks for, done in a copy of /etc/nginx.
site_change() {
  local name file former part
  site_gone_parts > "$PAYLOAD/gone"
  name=$(setting site)
  file="$1/sites-available/$name"
  former=$(site_former_name)
  [ -z "$former" ] || rm -f "$1/sites-enabled/$former" "$1/sites-available/$former"
  [ "$(site_replaced)" = "$name" ] || rm -f "$1/sites-enabled/$(site_replaced)"
  ! site_has_welcome "$1" || rm "$1/sites-enabled/default"
  install -D -o root -g root -m 0644 "$(payload_file "$(site_file)")" "$file.new"
  mv -fT "$file.new" "$file"
  while read -r part; do rm -f "$1${part#"$NGINX"}"; done < "$PAYLOAD/gone"
  for part in $(site_parts); do install -D -o root -g root -m 0644 "$(payload_file "$part")" "$1${part#"$NGINX"}"; done
  site_change_upstreams "$1"
  mkdir -p "$1/sites-enabled"
  ln -sfT "$(site_file)" "$1/sites-enabled/$name"
  site_limits < "$NGINX/nginx.conf" > "$1/nginx.conf"
}

# The welcome page as the distribution made it, enabled: it was never edited, so it is not missed.
site_has_welcome() {
  local packaged
  [ "$(readlink -m "$1/sites-enabled/default")" = "$(readlink -m "$NGINX/sites-available/default")" ] || return 1
  packaged=$(dpkg-query -W -f '${Conffiles}\n' nginx-common 2> /dev/null | awk -v path="$NGINX/sites-available/default" '$1 == path { print $2 }')
  [ -n "$packaged" ] && [ "$packaged" = "$(md5sum < "$NGINX/sites-available/default" | cut -d ' ' -f 1)" ]
}

# site_test TREE: would nginx load it in the place of /etc/nginx? No other process sees it there.
site_test() {
  local answer="$PAYLOAD/nginx-test"
  # shellcheck disable=SC2016 # $1 is for the inner shell
  if unshare --mount sh -c 'mount --bind "$1" "$2" && nginx -T' sh "$1" "$NGINX" > "$answer" 2> "$answer.errors"; then
    grep -qx "# configuration file $(site_link):" "$answer" ||
      fail "$NGINX/nginx.conf does not read sites-enabled; nothing was changed" "add to its http block: include $NGINX/sites-enabled/*;"
    site_refuse_rivals "$answer"
    return 0
  fi
  cat "$answer.errors" >&2
  site_name_rivals "$1" >&2
  fail "nginx refuses the configuration with this site in it; nothing was changed, nginx goes on as before" "correct the file that the message names; then '$PULUMI up'"
}

# Which other files say what may stand only once.
site_name_rivals() {
  grep -q 'duplicate default server' "$PAYLOAD/nginx-test.errors" || return 0
  say 'These are the other default servers of this host; take the word default_server, or the link to the site, away:'
  # Only ours: then nginx.conf holds another one.
  grep -RnE '^[^#]*default_server' "$1/sites-enabled" "$1/conf.d" | sed "s|^$1|  $NGINX|" | grep -v "^  $(site_link):" || true
}

# site_adopt TREE: makes every path that the package owns what it is in that tree. Power may fail between any two moves,
# so nginx can load the files after each of them, and finds the release in use: files before the links that lead to
# them come, and after these go.
site_adopt() {
  local name names
  mapfile -t names < <({ site_former_name; settings replaces; setting site; } | grep .)
  site_adopt_path "$1/nginx.conf" "$NGINX/nginx.conf"
  for name in $(site_upstreams "$1") $(cat "$PAYLOAD/gone") $(site_parts) $(site_upstream_links); do [ ! -e "$1${name#"$NGINX"}" ] || site_adopt_path "$1${name#"$NGINX"}" "$name"; done
  for name in "${names[@]}"; do
    [ ! -e "$1/sites-available/$name" ] || site_adopt_path "$1/sites-available/$name" "$NGINX/sites-available/$name"
  done
  site_move_link "$1" default "${names[@]}"
  # With two default servers nginx does not start: what goes before what comes.
  for name in default "${names[@]}"; do
    site_adopt_path "$1/sites-enabled/$name" "$NGINX/sites-enabled/$name"
  done
  for name in "${names[@]}"; do
    site_adopt_path "$1/sites-available/$name" "$NGINX/sites-available/$name"
  done
  # What the site no longer includes goes after the site: all of it where this is the tree of before this package.
  for name in $(site_upstream_links) $(site_parts) $(cat "$PAYLOAD/gone") $(site_former_upstreams); do site_adopt_path "$1${name#"$NGINX"}" "$name"; done
  site_remove_folders
}

# site_move_link TREE NAME …: where one link goes and another one comes, the first becomes the second. In between it
# leads to the new file already, so there is always one site to serve.
site_move_link() {
  local name goes='' comes='' enabled="$NGINX/sites-enabled"
  for name in "${@:2}"; do
    if [ -L "$1/sites-enabled/$name" ] && [ ! -L "$enabled/$name" ]; then comes=$name; fi
    if [ ! -L "$1/sites-enabled/$name" ] && [ -L "$enabled/$name" ]; then goes=$name; fi
  done
  [ -n "$goes" ] && [ -n "$comes" ] || return 0
  keep "$enabled/$comes"
  place_link "$(readlink "$1/sites-enabled/$comes")" "$enabled/$goes"
  mv -T "$enabled/$goes" "$enabled/$comes"
  changed "linked $enabled/$comes in the place of $goes"
}

# site_adopt_path SOURCE PATH: makes PATH a file, a link or nothing, as SOURCE is.
site_adopt_path() {
  if [ -L "$1" ]; then place_link "$(readlink "$1")" "$2"
  elif [ -e "$1" ]; then write_file "$1" "$2" "$(stat -c '%U:%G' "$1")" "$(stat -c '%a' "$1")"
  elif [ -e "$2" ] || [ -L "$2" ]; then
    keep "$2"
    unfinished_note "$2"
    rm "$2"
    changed "removed $2"
  fi
}

# nginx did not take the new files over, though it had passed them: a port is taken, memory is short.
site_take_back() {
  site_adopt "$PAYLOAD/former"
  [ -e "$STATE/applied/site" ] || rm -rf "$STATE/before/site" # as if this run had never been
  # nginx tries a taken port for 2.5 s, and may still come to serve what was taken back: the next apply reloads.
  rm -f "$SITE_RELOADED"
  RESULT=reverted
  say 'reverted: nginx did not take the new configuration over; the old files are back, and nginx keeps serving them'
  stop
}
