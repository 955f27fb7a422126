# shellcheck shell=bash
# Step `site`, its upstream: the site includes a link, which leads to the part of the ports that the release in use is on.
# Step `backend` moves it with a release (backend-switch.sh). Each application has an upstream of its own: see
# backend-names.sh, whose variables the functions here are about.
#   /etc/nginx/geo-system/upstream.conf -> upstream-a.conf or upstream-b.conf     see infra/render/ports.ts
# Other ports are wanted before a release is there. Until one serves on them the link leads to upstream-former-a.conf, or -b:
# the ports of the release in use. (By the end of that name an ecosystem file knows its set.)

# upstream_steps PAYLOAD: the applications to which this site leads, one step a line.
upstream_steps() {
  [ ! -e "$1" ] || sed -nE 's|^==> /etc/nginx/geo-system/(([a-z][a-z0-9-]*)/)?upstream-a\.conf .*|backend-\2|p' "$1" | sed 's/-$//'
}

# site_backends: those of the wanted site, and of the one before it.
site_backends() { { upstream_steps "$PAYLOAD/text"; upstream_steps "$STATE/applied/site"; } | sort -u; }

# Their links.
site_upstream_links() {
  local step
  for step in $(site_backends); do (backend_names "$step"; say "$UPSTREAM"); done
}

upstream_part() { say "${UPSTREAM%.conf}-$1.conf"; }

# upstream_ports PAYLOAD SET: the ports that come first in the part of this set, in one word. Nothing where it has none.
upstream_ports() {
  [ ! -e "$1" ] || awk -v heading="==> $(upstream_part "$2") " -v name="$UPSTREAM_BACKEND" '
    /^==> / { part = index($0, heading) == 1 }
    part && $1 == "upstream" { backend = $2 == name }
    part && backend && $1 == "server" && $3 != "backup" { sub(/.*:/, "", $2); ports = ports (ports == "" ? "" : ",") $2 }
    END { print ports }' "$1"
}

# site_upstream PAYLOAD: where the link leads while this payload of the step is applied.
site_upstream() {
  local set in_use ports
  set=$(backend_set) in_use=$(backend_ports_in_use) ports=$(upstream_ports "$1" "$(backend_set)")
  if [ -z "$in_use" ] || [ -z "$ports" ] || [ "$in_use" = "$ports" ]; then say "upstream-$set.conf"; else say "upstream-former-$set.conf"; fi
}

# upstream_next PAYLOAD PORTS: the ports of the next release, where the one in use has PORTS: set a, unless it has some of them.
upstream_next() {
  local ports
  ports=$(upstream_ports "$1" a)
  if upstream_apart "$ports" "$2"; then say "$ports"; else upstream_ports "$1" b; fi
}

# upstream_apart PORTS PORTS: is there none that both have?
upstream_apart() { [ -z "$(comm -12 <(tr , '\n' <<< "$1" | sort) <(tr , '\n' <<< "$2" | sort))" ]; }

# upstream_former PAYLOAD PORTS: a part that leads to these. With `sticky` the other name is for sessions that the process
# at the first one does not know: while nginx reloads, its old workers meet those that began with the next release.
upstream_former() {
  say "# Where nginx leads until a release serves on the ports that are wanted. Step backend takes it away then."
  upstream_block "$UPSTREAM_BACKEND" "$2"
  upstream_block "$UPSTREAM_FORMER" "$(upstream_next "$1" "$2")"
}

# upstream_block NAME PORTS
upstream_block() {
  local port
  say "upstream $1 {"
  # shellcheck disable=SC2016 # nginx's variable
  [[ $2 != *,* ]] || say '    hash $remote_addr consistent;'
  for port in ${2//,/ }; do say "    server 127.0.0.1:$port max_fails=0;"; done
  say "}"
}

# site_change_upstreams TREE: the link of each application, and the part that only it needs.
site_change_upstreams() {
  local step wanted
  wanted=$(upstream_steps "$PAYLOAD/text")
  for step in $(site_backends); do
    backend_names "$step"
    if grep -qxF "$step" <<< "$wanted"; then site_change_upstream "$1"
    else rm -f "$1${UPSTREAM#"$NGINX"}" "$(dirname "$1${UPSTREAM#"$NGINX"}")"/upstream-former-?.conf; fi
  done
}

site_change_upstream() {
  local link folder="$1${UPSTREAM#"$NGINX"}"
  folder=${folder%/*}
  link=$(site_upstream "$PAYLOAD/text")
  rm -f "$folder"/upstream-former-?.conf
  if [[ $link = upstream-former-* ]]; then
    upstream_former "$PAYLOAD/text" "$(backend_ports_in_use)" > "$PAYLOAD/upstream"
    install -D -o root -g root -m 0644 "$PAYLOAD/upstream" "$folder/$link"
  fi
  ln -sfT "$link" "$folder/${UPSTREAM##*/}"
}

# site_upstreams TREE: what must be there before the other parts change: the part of the release in use, and the link to it.
site_upstreams() {
  local upstream link
  for upstream in $(site_upstream_links); do
    link=$(readlink "$1${upstream#"$NGINX"}" || true) # of before this package
    [[ $link != upstream-former-* ]] || printf '%s\n' "${upstream%/*}/$link" "$upstream"
  done
}

site_former_upstreams() { find "$NGINX/geo-system" -name 'upstream-former-?.conf' 2> /dev/null || true; } # no folder yet

# Of applications that are gone.
site_remove_folders() { find "$NGINX/geo-system" -mindepth 1 -type d -empty -delete 2> /dev/null || true; } # no folder yet

# A version that had its upstream in the site itself placed no link.
site_check_upstreams() {
  local step
  for step in $(upstream_steps "$PAYLOAD/text"); do
    backend_names "$step"
    site_check_upstream
  done
}

site_check_upstream() {
  local found wanted
  wanted=$(site_upstream "$PAYLOAD/text")
  found=$(readlink "$UPSTREAM" || true) # may be missing, or a file
  [ "$found" = "$wanted" ] || changed "$UPSTREAM leads to '$found', and the release in use is on the ports of $wanted"
  [[ $wanted != upstream-former-* ]] || cmp -s "${UPSTREAM%/*}/$wanted" <(upstream_former "$PAYLOAD/text" "$(backend_ports_in_use)") ||
    changed "${UPSTREAM%/*}/$wanted is not as it was applied"
}

site_say_upstreams() {
  local step
  for step in $(upstream_steps "$PAYLOAD/text"); do
    backend_names "$step"
    [[ $(readlink "$UPSTREAM") != upstream-former-* ]] || site_say_upstream
  done
}

site_say_upstream() {
  say "nginx leads to port $(backend_ports_in_use) until a release serves on port $(upstream_next "$PAYLOAD/text" "$(backend_ports_in_use)")"
}
