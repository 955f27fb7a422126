# shellcheck shell=bash
# Step `site`, the limits in nginx.conf: of connections and files only ever raised. The former value is kept in a comment on
# the same line, so that undo takes back these lines and nothing that others changed since.

# What a worker needs beside its clients: what it listens on, logs, files that it serves.
SITE_RESERVE=512

# site_limits < nginx.conf: nginx.conf with limits that are high enough, and with the end of old workers. A reload applies
# all of them: workers are started by a root process, which may raise what it gives them.
site_limits() {
  local before open connections files most room processes workers shutdown
  before=$(site_limits_without && say end)
  before=${before%end}
  most=$(site_most_files) room=$((most > 2 * SITE_RESERVE ? most - SITE_RESERVE : most / 2))
  # Of all workers together, for as many connections as are expected. Where one may not have its share there are more of
  # them than processors.
  open=$(setting open-files 0) processes=$(site_processes <<< "$before")
  workers=$(site_greater "$processes" "$(((open + room - 1) / room))")
  connections=$(site_greater "$(setting worker-connections)" "$((open > 0 ? open / workers + SITE_RESERVE : 0))")
  # As many for connections, and as many again for logs, answers on disk and a reserve.
  files=$((connections * 2))
  # A worker ends by what it was started with: the third counts from the reload after the next. A payload of a version
  # before this setting has none.
  shutdown=$(setting worker-shutdown-timeout '')
  printf '%s' "$before" | site_set worker_shutdown_timeout "${shutdown:+${shutdown}s}" |
    site_set worker_processes "$([ "$workers" = "$processes" ] || say "$workers")" |
    site_raise worker_rlimit_nofile "$((files < most ? files : most))" before | site_raise worker_connections "$connections" after
}

site_greater() { say "$(($1 > $2 ? $1 : $2))"; }
site_least() { say "$(($1 < $2 ? $1 : $2))"; }

# site_processes < nginx.conf: how many workers nginx starts; 1 where it does not say.
site_processes() {
  awk '$1 == "worker_processes" { sub(/;.*/, "", $2); found = $2 } END { print found == "" ? 1 : found }' | sed "s/^auto\$/$(nproc)/"
}

# What nginx cannot go beyond: its unit's limit, and in a container also that of the container.
site_most_files() {
  {
    systemctl show -p LimitNOFILE --value nginx
    awk '/^Max open files/ { print $5 }' /proc/1/limits
    cat /proc/sys/fs/nr_open
  } | grep -xE '[0-9]+' | sort -n | head -n 1
}

# site_raise NAME LEAST before|after: where it is missing it is added, before or after the line that opens `events`.
site_raise() {
  awk -v name="$1" -v least="$2" -v place="$3" '
    { line[NR] = $0 }
    $1 == name && $2 ~ /^[0-9]+;/ { found = NR; value = $2 + 0 }
    /^[ \t]*events[ \t]*\{/ { events = NR }
    END {
      mark = name " " least "; # geo-system, before: "
      for (i = 1; i <= NR; i++) {
        if (!found && i == events && place == "before") print mark "nothing"
        if (i == found && value < least) {
          text = line[i]
          sub(/^[ \t]*/, "", text)
          print substr(line[i], 1, length(line[i]) - length(text)) mark text
        } else print line[i]
        if (!found && i == events && place == "after") print "\t" mark "nothing"
      }
    }'
}

# site_set NAME VALUE: of a directive of the main block, which nginx knows once there. worker_shutdown_timeout: after a reload
# an old worker stays until its last connection ends, and a WebSocket that talks never does: each reload would leave its
# workers, with their memory, for good.
site_set() {
  awk -v name="$1" -v value="$2" '
    { line[NR] = $0 }
    $1 == name && /^[^;#]+;/ && !found { found = NR }
    /^[ \t]*events[ \t]*\{/ { events = NR }
    END {
      mark = name " " value "; # geo-system, before: "
      for (i = 1; i <= NR; i++) {
        if (value != "" && !found && i == events) print mark "nothing"
        if (value != "" && i == found) {
          text = line[i]
          sub(/^[ \t]*/, "", text)
          print substr(line[i], 1, length(line[i]) - length(text)) mark text
        } else print line[i]
      }
    }'
}

site_limits_without() {
  sed -E -e '/ # geo-system, before: nothing$/d' -e 's/^([[:space:]]*)[a-z_]+ [0-9]+s?; # geo-system, before: (.*)$/\1\2/'
}

site_limits_undo() {
  local file="$NGINX/nginx.conf"
  [ -e "$file" ] || return 0
  site_limits_without < "$file" > "$PAYLOAD/nginx.conf"
  write_file "$PAYLOAD/nginx.conf" "$file" "$(stat -c '%U:%G' "$file")" "$(stat -c '%a' "$file")"
}
