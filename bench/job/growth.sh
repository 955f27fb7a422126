#!/bin/bash
# growth.sh WHAT COUNT, as root: makes a host of geo-system's larger by what is none of its business; with 0 it is as before.
set -euo pipefail

sites() {
  local number
  rm -f /etc/nginx/sites-enabled/growth-*
  for ((number = 1; number <= $1; number++)); do
    printf 'server { listen 80; server_name growth-%s.example; location / { return 204; } }\n' "$number" > "/etc/nginx/sites-enabled/growth-$number"
  done
  systemctl reload nginx
}

as_user() { runuser -u ubuntu -- env -C /home/ubuntu HOME=/home/ubuntu PATH=/usr/local/bin:/usr/bin:/bin "$@"; }

# Applications of the same pm2.
applications() {
  local number list=''
  as_user pm2 delete '/^growth-/' > /dev/null 2>&1 || true # there are none
  [ "$1" -gt 0 ] || return 0
  for ((number = 1; number <= $1; number++)); do
    list+="${list:+,}{\"name\":\"growth-$number\",\"script\":\"sleep\",\"args\":\"infinity\",\"interpreter\":\"none\"}"
  done
  printf '{"apps":[%s]}' "$list" > /home/ubuntu/growth.json
  as_user pm2 start growth.json > /dev/null
}

# Copies of the release in use, under names of releases.
releases() {
  local number name current root=/srv/geo-backend state=/var/lib/geo-system/backend folder
  current=$(basename "$(readlink "$root/current")")
  for folder in "$root/releases" "$state/releases" "$state/installed"; do
    find "$folder" -maxdepth 1 -name '00000000*' -exec rm -rf {} +
    for ((number = 1; number <= $1; number++)); do
      name=$(printf '%012x' "$number")
      ! test -e "$folder/$current" || cp -al "$folder/$current" "$folder/$name"
    done
  done
}

# As large as it gets: it begins again at a megabyte.
journal() {
  local journal=/var/log/geo-system/journal
  test -e "$journal.before" || cp -p "$journal" "$journal.before"
  cp -p "$journal.before" "$journal"
  rm -f "$journal.1"
  [ "$1" -gt 0 ] || return 0
  awk -v count="$1" '{ line[NR] = $0 } END {
    for (i = 0; i < count && size < 1000000; i++) { print line[i % NR + 1]; size += length(line[i % NR + 1]) + 1 } }' "$journal.before" > "$journal.1"
  cp "$journal.1" "$journal"
}

"$@"
