# shellcheck shell=bash
# Step `site`, the limits in nginx.conf: of connections and files only ever raised. The former value is kept in a comment on
# the same line, so that undo takes back these lines and nothing that others changed since.

# site_limits < nginx.conf: nginx.conf with limits that are high enough, and with the end of old workers. A reload applies
# the first two: workers are started by a root process, which may raise what it gives them.
site_limits() {
  local connections files most shutdown
  connections=$(setting worker-connections)
  # As many for connections, and as many again for logs, answers on disk and a reserve.
  files=$((connections * 2)) most=$(site_most_files)
  # A worker ends by what it was started with: the third counts from the reload after the next. A payload of a version
  # before this setting has none.
  shutdown=$(setting worker-shutdown-timeout '')
  site_limits_without | site_shutdown "$shutdown" |
    site_raise worker_rlimit_nofile "$((files < most ? files : most))" before | site_raise worker_connections "$connections" after
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

# site_shutdown SECONDS: after a reload an old worker stays until its last connection ends, and a WebSocket that talks never
# does: each reload would leave its workers, with their memory, for good. nginx knows the directive once, in its main block.
site_shutdown() {
  awk -v seconds="$1" '
    { line[NR] = $0 }
    /^[ \t]*worker_shutdown_timeout[ \t]+[^;#]+;/ && !found { found = NR }
    /^[ \t]*events[ \t]*\{/ { events = NR }
    END {
      mark = "worker_shutdown_timeout " seconds "s; # geo-system, before: "
      for (i = 1; i <= NR; i++) {
        if (seconds != "" && !found && i == events) print mark "nothing"
        if (seconds != "" && i == found) {
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
