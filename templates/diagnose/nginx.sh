# shellcheck shell=bash
# nginx: whether it runs, what it reads, what it serves, how full it is.

NGINX=/etc/nginx
# Longest configuration that is sent, in bytes.
LONGEST_CONFIGURATION=2000000

nginx_facts() {
  command -v nginx > /dev/null || { fact nginx absent; return; }
  fact nginx present
  [ -s "$NGINX/nginx.conf" ] || fact missing-main "$NGINX/nginx.conf"
  nginx_configuration
  nginx_newest
  nginx_workers
  nginx_site
  nginx_certificate
}

# `nginx -t` says what is wrong, `nginx -T` prints what it read. Asked twice, since no file may be written to part them.
nginx_configuration() {
  local said valid=yes
  said=$(nginx -t 2>&1) || valid=no
  fact valid "$valid"
  printf "%s" "$said" | text said
  said=$(nginx -T 2> /dev/null)
  # Half of it would show sites as missing.
  ((${#said} > LONGEST_CONFIGURATION)) || text configuration "$LONGEST_CONFIGURATION" <<< "$said"
}

# `newest SECONDS PATH`: how long ago the youngest of its files changed. A worker that is older has not read it.
nginx_newest() {
  local path
  path=$(find -L "$NGINX/nginx.conf" "$NGINX/conf.d" "$NGINX/sites-enabled" "$NGINX/geo-system" -type f -printf '%C@ %p\n' 2> /dev/null | sort -rn | head -n 1)
  [ -z "$path" ] || fact newest "$(($(date +%s) - ${path%%.*}))" "${path#* }"
}

# `worker PID SECONDS FILES LIMIT SOCKETS STATE CLIENTS KIB`: since when it runs, its open files, how many it may have, its
# sockets, its state as `ps` has it (T: stopped by a signal, t: held by a debugger), the connections of clients, its memory. `old-worker` is the
# same of one that a reload has replaced: it stays until its last connection ends, or worker_shutdown_timeout is over.
nginx_workers() {
  local pid clients
  clients=$(site_worker_clients)
  for pid in $(pgrep -f '^nginx: worker process *$'); do nginx_worker worker "$pid" "$clients"; done
  for pid in $(site_old_workers); do nginx_worker old-worker "$pid" "$clients"; done
}

nginx_worker() {
  local name=$1 pid=$2
  fact "$name" "$pid" "$(ps -o etimes= -p "$pid" | tr -d ' ')" "$(find "/proc/$pid/fd" -mindepth 1 2> /dev/null | wc -l)" \
    "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2> /dev/null)" \
    "$(find "/proc/$pid/fd" -lname 'socket:*' 2> /dev/null | wc -l)" \
    "$(nginx_state "$pid")" "$(awk -v pid="$pid" '$1 == pid { print $2 }' <<< "$3")" "$(site_worker_memory "$pid")"
}

# Every process waits for a disk now and then: only one that still does counts.
nginx_state() {
  local state
  state=$(ps -o state= -p "$1")
  if [ "$state" = D ]; then
    sleep 0.5
    state=$(ps -o state= -p "$1")
  fi
  say "$state"
}

# nginx_backend_port PATH: where nginx passes it, by the location with the longest prefix. For hosts of another make; which
# server answers is left to whoever reads the whole configuration.
nginx_backend_port() {
  nginx -T 2> /dev/null | sed -E 's/(^|[[:space:]])#.*//' | tr '\n\t' '  ' | sed -E 's/[{};]/&\n/g' | awk -v path="$1" '
    { gsub(/^ +| +$/, ""); sign = substr($0, length($0)); sub(/ *[{};]$/, "") }
    sign == "{" { block[++depth] = $0; pass = "" ; next }
    sign == "}" { depth--; next }
    $1 == "server" && block[depth] ~ /^upstream / { name = block[depth]; sub(/^upstream +/, "", name); if (!(name in upstream)) upstream[name] = $2 }
    $1 == "proxy_pass" && block[depth] ~ /^location / {
      n = split(block[depth], word, / +/)
      if (word[2] ~ /^~\*?$/ || index(path, word[n]) != 1 || length(word[n]) <= longest) next
      longest = length(word[n]); found = $2 }
    END {
      sub(/^https?:\/\//, "", found); sub(/\/.*/, "", found)
      if (found in upstream) found = upstream[found]
      if (match(found, /:[0-9]+$/)) print substr(found, RSTART + 1) }'
}

nginx_logs() {
  # What is older tells of another failure than this one: the clients that are to explain it came just now.
  tail -n 200 /var/log/nginx/error.log 2> /dev/null | awk -v since="$(date -d '1 minute ago' '+%Y/%m/%d %H:%M:%S')" 'substr($0, 1, 19) >= since' | tail -n 50 | text nginx-log
  nginx_unreadable
  # Only where it does not run: why.
  systemctl is-active -q nginx || journalctl -u nginx -n 8 -o cat --no-pager 2> /dev/null | text nginx-journal
}

# `unreadable COUNT ADDRESS`: requests without a request line, such as the header of the PROXY protocol where none is
# expected. By our own log format, and by nginx's, which has the header's text where it is one.
nginx_unreadable() {
  local found
  found=$(tail -n 1000 /var/log/nginx/access.log 2> /dev/null |
    grep -aF -e "[$(LC_ALL=C date '+%d/%b/%Y:%H:%M')" -e "[$(LC_ALL=C date -d '1 minute ago' '+%d/%b/%Y:%H:%M')" |
    grep -aE '"(- - -|PROXY [^"]*|\\x00\\x0D[^"]*)" 400 ')
  [ -z "$found" ] || fact unreadable "$(wc -l <<< "$found")" "$(tail -n 1 <<< "$found" | cut -d ' ' -f 1)"
}

# The site as it is on the host and as it was deployed.
nginx_site() {
  local file="$NGINX/sites-available/$SITE" link="$NGINX/sites-enabled/$SITE"
  [ ! -e "$file" ] || text site < "$file"
  [ ! -e "$link" ] || fact enabled "$(readlink -m "$link")"
  [ ! -e "$APPLIED/site" ] || applied_file site "$file" | site_fit | text deployed-site
}

# `certificate PATH END FINGERPRINT KEY NAMES`: its end in seconds since 1970, whether the key is its own.
nginx_certificate() {
  local path told key
  fact deployed-certificate "$(applied certificate fingerprint)"
  nginx_kept_certificate "$(applied certificate fingerprint)"
  for path in $(nginx_certificate_paths); do
    [ -r "$path" ] || { fact certificate "$path" missing; continue; }
    key=$(dirname "$path")/privkey.pem
    # All of it from one look: each start of openssl takes its time.
    told=$(openssl x509 -in "$path" -noout -enddate -fingerprint -sha256 -pubkey -ext subjectAltName 2> /dev/null)
    fact certificate "$path" "$(date -d "$(sed -n 's/^notAfter=//p' <<< "$told")" +%s)" \
      "$(nginx_fingerprint <<< "$told")" \
      "$(nginx_key_is_its_own "$told" "$key")" \
      "$(sed -n '/Subject Alternative Name/ { n; s/ //g; p; }' <<< "$told")"
  done
}

# `kept-certificate FINGERPRINT`: of what is in the folder of the deployed one; nothing where its key is not its own.
nginx_kept_certificate() {
  local folder="/etc/geo-system/certificates/${1:0:16}" told
  [ -n "$1" ] && told=$(openssl x509 -in "$folder/fullchain.pem" -noout -fingerprint -sha256 -pubkey 2> /dev/null) || return 0
  [ "$(nginx_key_is_its_own "$told" "$folder/privkey.pem")" != own ] || fact kept-certificate "$(nginx_fingerprint <<< "$told")"
}

nginx_fingerprint() { sed -n 's/^sha256 Fingerprint=//Ip' | tr -d : | tr '[:upper:]' '[:lower:]'; }

# Of the site's own file: nginx prints no configuration where a certificate is why it does not load.
nginx_certificate_paths() {
  sed -nE 's/^[[:space:]]*ssl_certificate[[:space:]]+([^;]+);.*/\1/p' "$NGINX/sites-available/$SITE" 2> /dev/null | sort -u
}

# nginx_key_is_its_own TOLD KEY: TOLD has the public key of the certificate.
nginx_key_is_its_own() {
  local public
  [ -r "$2" ] || { say unknown; return; }
  public=$(openssl pkey -in "$2" -passin pass: -pubout 2> /dev/null) || { say unreadable; return; }
  if [ "$public" = "$(sed -n '/BEGIN PUBLIC KEY/,/END PUBLIC KEY/p' <<< "$1")" ]; then say own; else say other; fi
}
