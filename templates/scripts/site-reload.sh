# shellcheck shell=bash
# Step `site`, nginx itself: it takes the files over, by one reload, and only when it is newer.

SITE_RELOADED="$STATE/site-reloaded" # its time says when nginx last took over what lay there

# Makes nginx serve the files as they are; fails with what nginx says. Every failure is returned by hand: bash does not stop
# at one where a function is asked whether it succeeds.
site_serve() {
  local stale=no
  ! site_stale || stale=yes
  if ! systemctl is-enabled -q nginx; then
    systemctl enable -q nginx || return 1
    changed "nginx starts at boot"
  fi
  if ! systemctl is-active -q nginx; then site_start
  elif [ "$stale" = yes ]; then site_reload; fi
}

# Is something newer than what nginx took over last? Of the certificate the link counts, and the files behind it.
site_stale() {
  local path paths=("$NGINX/nginx.conf" "$(site_file)" "$(site_link)")
  for path in $(site_upstream_links) $(site_parts) /etc/geo-system/certificate{,/fullchain.pem,/privkey.pem}; do
    [ ! -e "$path" ] || paths+=("$path")
  done
  [ "$CHANGED" = yes ] || [ ! -e "$SITE_RELOADED" ] || [ -n "$(site_newer "${paths[@]}")" ]
}

# site_newer PATH …: which of them no reload has taken over yet, neither ours nor anybody's.
site_newer() {
  local since newer=(-cnewer "$SITE_RELOADED")
  since=$(site_workers_since)
  [ -z "$since" ] || newer+=(-newerct "@$since")
  find "$@" -maxdepth 0 "${newer[@]}"
}

# When the oldest worker that takes new connections was started, in seconds since the epoch: a reload that took starts
# others. Nothing while none runs. From the ticks since boot, for `ps` tells whole seconds only.
site_workers_since() {
  local pid
  for pid in $(site_workers "$(systemctl show -p MainPID --value nginx)"); do
    cat "/proc/$pid/stat" 2> /dev/null || true # it has ended meanwhile
  done |
    awk -v now="$(date '+%s.%N')" -v up="$(cut -d ' ' -f 1 /proc/uptime)" -v ticks="$(getconf CLK_TCK)" '
      oldest == "" || $22 < oldest { oldest = $22 }
      END { if (oldest != "") printf "%.2f\n", now - up + oldest / ticks }'
}

site_start() {
  touch "$SITE_RELOADED.new"
  if ! systemctl start nginx; then
    journalctl -u nginx -n 10 -o cat --no-pager >&2
    return 1
  fi
  site_taken_over
  changed "started nginx"
}

# A reload that fails leaves the old workers in place and says so only in the error log.
site_reload() {
  local master before said=/var/log/nginx/error.log size=0
  master=$(systemctl show -p MainPID --value nginx)
  before=$(site_workers "$master")
  [ ! -e "$said" ] || size=$(stat -c '%s' "$said")
  install -d -m 0700 "$STATE"
  touch "$SITE_RELOADED.new"
  systemctl reload nginx || return 1
  if ! site_renewed "$master" "$before" "$said" "$size"; then
    tail -c "+$((size + 1))" "$said" | grep -F '[emerg]' | tail -n 3 >&2 || say 'nginx did not renew its workers within 20 seconds' >&2
    return 1
  fi
  site_taken_over
  changed "reloaded nginx"
}

site_taken_over() {
  mv -f "$SITE_RELOADED.new" "$SITE_RELOADED"
  rm -f "$SITE_WAITS"
}

# site_renewed MASTER WORKERS LOG SIZE: waits until none of these workers takes new connections, and others do.
site_renewed() {
  local tries workers
  for ((tries = 0; tries < 400; tries++)); do
    workers=$(site_workers "$1")
    if [ -n "$workers" ] && ! grep -qxF "$2" <<< "$workers"; then return 0; fi
    ! grep -qF '[emerg]' < <(tail -c "+$(($4 + 1))" "$3") || return 1
    sleep 0.05
  done
  return 1
}
