# shellcheck shell=bash
# Step `firewall`, taking a change back: run by the timer, or at the start of the host, from the copy of the script that
# lies beside the files to put back. See firewall-guard.sh.

# firewall_restore --change NAME | --boot: an interrupted one goes on from `taking-back/` at the next start of the host.
firewall_restore() {
  local why="the host was started again before a new connection confirmed it"
  firewall_lock
  if [ "$1" = --change ]; then
    [ "$(cat "$GUARD/armed/name" 2> /dev/null)" = "$2" ] || return 0 # confirmed, or another change followed
    why="no new connection confirmed it within $(< "$GUARD/armed/within") seconds; $(firewall_suspect)"
  fi
  if [ ! -d "$GUARD/taking-back" ]; then
    mv -T "$GUARD/armed" "$GUARD/taking-back" 2> /dev/null || return 0 # confirmed just now
  fi
  firewall_take_back "$why" "$1"
}

# Rules and changes of rules are one at a time. A run that hangs with the lock must not keep the way back closed.
firewall_lock() {
  install -d -m 0700 "$RUN"
  exec 8>> "$RUN/firewall"
  flock -w 20 8 || say "going on beside a run that does not end"
}

# firewall_take_back WHY HOW: puts back what `taking-back/` holds.
firewall_take_back() {
  local kept="$GUARD/taking-back" name active
  name=$(< "$kept/name")
  active=$(sed -n 's/^ENABLED=//p' "$kept/files/etc/ufw/ufw.conf")
  # At the start of the host nothing is loaded yet: ufw does that right after this.
  [ "$active" = yes ] || [ "$2" = --boot ] || ufw disable
  firewall_put_back
  [ "$active" != yes ] || [ "$2" = --boot ] || ufw reload
  printf '%s\n' "$name" "$1" > "$GUARD/taken-back"
  firewall_disarm_boot
  firewall_stop_timer "$name"
  rm -rf "$kept"
  changed "took the change $name of the firewall back: $1"
}

firewall_put_back() {
  local path kept new
  for path in "${GUARDED[@]}"; do
    kept="$GUARD/taking-back/files$path"
    new=$(beside "$path")
    [ -e "$kept" ] || continue # a ufw without IPv6 may have no such file
    cp -a "$kept" "$new"
    mv -fT "$new" "$path"
  done
  sync /etc/ufw /etc/default
}

# Why no login came in, as far as the host can tell. Read before the rules are put back.
firewall_suspect() {
  local port closed=''
  for port in $(firewall_ssh_ports); do
    [ "$(firewall_default)" = allow ] || [[ $(firewall_verdict "$port/tcp" 4) = @(allow|limit)* ]] || closed+="${closed:+, }$port"
  done
  if [ -n "$closed" ]; then say "the changed rules block port $closed, where sshd listens"
  else say "the changed rules let everybody in where sshd listens ($(firewall_ssh_ports | paste -sd ' ')), so look between: a rule for your address, the network, a firewall in front of the host"; fi
}

# A confirmation that came too late waits until all is back, so that what it says is true.
firewall_wait_for_restore() {
  [ ! -d "$GUARD/taking-back" ] || firewall_lock
}
