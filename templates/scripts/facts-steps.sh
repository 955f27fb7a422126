# shellcheck shell=bash
# The facts of each step. What `STEP check` says to a person goes out as facts here.

# facts_step STEP: what was applied last, and what differs from it now.
facts_step() {
  local applied="$STATE/applied/$1" kind
  [ -e "$applied" ] || return 0
  fact applied "$1" "$(facts_options "$1")" "$(encoded < "$applied")"
  payload_read < "$applied"
  kind=$(step_kind "$1")
  [ "$kind" != backend ] || backend_names "$1"
  "${kind//-/_}_check"
}

# The steps that were applied of those that are one for each set of files, or each application.
facts_named_steps() { [ ! -d "$STATE/applied" ] || find "$STATE/applied" \( -name 'file-set-*' -o -name 'backend-*' \) ! -name '*.new' -printf '%f\n'; }

# facts_backends FUNCTION: for each application that is wanted or there, with its names.
facts_backends() {
  local step
  for step in $(find "$FACTS/wanted" "$STATE/applied" \( -name backend -o -name 'backend-*' \) ! -name '*.new' -printf '%f\n' 2> /dev/null | sort -u || true); do # there may be none
    (backend_names "$step"; "$1")
  done
}

# Is there one of ours already?
facts_is_set_up() { compgen -G "$STATE/applied/backend*" > /dev/null; }

# With which options it was applied, as one line.
facts_options() { cat "$STATE/options/$1" 2> /dev/null || say "$EMPTY"; } # applied by a version that kept none

# Instead of the ones in head.sh and files.sh: a check tells what it found, and comparing is left to who asked.
changed() { fact differs "$STEP" "$(encoded <<< "$*")"; }

check_file() {
  local left=no owner mode modified size
  ! unfinished_left "$1" || left=yes
  if [ -L "$1" ] || [ ! -f "$1" ]; then
    fact file "$STEP" "$1" "$EMPTY" "$EMPTY" "$EMPTY" "$EMPTY" "$left"
    return 0
  fi
  IFS=$'\t' read -r owner mode modified size < <(stat -c $'%U:%G\t%04a\t%Y\t%s' "$1")
  fact file "$STEP" "$1" "$owner" "$mode" "$modified" "$(facts_text "$1" "$size")" "$left"
}

# Several jobs ask for them: found out once, which takes some twenty processes. Where nothing tells them, each job says so.
firewall_ssh_ports() {
  local ports="$FACTS/ssh-ports"
  {
    flock 8
    [ -e "$ports" ] || { firewall_find_ssh_ports > "$ports.new" && mv "$ports.new" "$ports"; }
  } 8> "$ports.lock"
  cat "$ports"
}

# A certificate that ends soon is no drift, which the next `up` repairs: facts_certificate tells it.
certificate_check_end() { :; }

# facts_text PATH BYTES: of a file that grew beyond all measure the beginning; it differs anyway.
facts_text() { if [ "$2" -le 262144 ]; then base64 -w 0 "$1"; else head -c 262144 "$1" | encoded; fi; }

# Would nginx load the wanted site, within all that is in /etc/nginx? Tried on a copy that no other process sees. A host
# that has nginx and no openssl yet is about to be given it, and the step itself tries the site again.
facts_candidate() {
  local wanted="$FACTS/wanted/site"
  [ -e "$wanted" ] && command -v nginx > /dev/null && command -v openssl > /dev/null || return 0
  STEP=site
  payload_read < "$wanted"
  payload_expect_whole
  site_fit -i "$(payload_file "$(site_file)")"
  facts_stand_in_certificate
  cp -a "$NGINX" "$PAYLOAD/tree"
  site_change "$PAYLOAD/tree"
  site_test "$PAYLOAD/tree"
}

# Would the firewall's step take the wanted rules, beside those that others made?
facts_rules() {
  local wanted="$FACTS/wanted/firewall" rule
  [ -e "$wanted" ] && command -v ufw > /dev/null || return 0
  STEP=firewall
  payload_read < "$wanted"
  firewall_validate "$(firewall_wanted)"
  fact firewall "$(firewall_state)" "$(firewall_default)"
  for rule in $(settings allow); do
    ! facts_is_open "$rule" || fact open "$rule"
  done
}

# facts_is_open RULE: of the payload, where `ssh` stands for the ports of sshd.
facts_is_open() {
  local port ports=$1
  [ "$1" != ssh ] || ports=$(firewall_ssh_ports | sed 's|$|/tcp|')
  for port in $ports; do
    [ -n "$(firewall_verdict "$port" 4)" ] && [ -n "$(firewall_verdict "$port" 6)" ] || return 1
  done
}

# The step before brings the certificate and repairs it, so another one takes its place in the trial.
facts_stand_in_certificate() {
  local folder="$PAYLOAD/certificate" file
  install -d -m 0700 "$folder"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=stand-in \
    -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2> /dev/null
  file=$(payload_file "$(site_file)")
  sed -i "s|$CERTIFICATE_LINK/|$folder/|" "$file"
}
