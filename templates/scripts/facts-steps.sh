# shellcheck shell=bash
# The facts of each step. What `STEP check` says to a person goes out as facts here.

# facts_step STEP: what was applied last, and what differs from it now.
facts_step() {
  local applied="$STATE/applied/$1" kind
  [ -e "$applied" ] || return 0
  fact applied "$1" "$(facts_options "$1")" "$(facts_same_or_text "$applied" "$FACTS/wanted/$1")"
  payload_read < "$applied"
  kind=$(step_kind "$1")
  [ "$kind" != backend ] || backend_names "$1"
  CHECKED=() CHECKED_KNOWN=() CHECKED_LEFT=()
  "${kind//-/_}_check"
  facts_checked
}

# facts_same_or_text PATH OTHER: `=` where the program knows the text already, since it is that of OTHER.
facts_same_or_text() { if cmp -s "$1" "$2"; then say '='; else encoded < "$1"; fi; }

# The steps that were applied of those that are one for each set of files, or each application.
facts_named_steps() { [ ! -d "$STATE/applied" ] || find "$STATE/applied" \( -name 'file-set-*' -o -name 'backend-*' \) ! -name '*.new' -printf '%f\n'; }

# facts_backends FUNCTION: for each application that is wanted or there, with its names.
facts_backends() {
  local path seen=' '
  for path in "$FACTS/wanted"/backend{,-*} "$STATE/applied"/backend{,-*}; do
    [[ -e $path && $path != *.new && $seen != *" ${path##*/} "* ]] || continue
    seen+="${path##*/} "
    (backend_names "${path##*/}"; "$1")
  done
}

# Is there one of ours already?
facts_is_set_up() { compgen -G "$STATE/applied/backend*" > /dev/null; }

# With which options it was applied, as one line.
facts_options() { cat "$STATE/options/$1" 2> /dev/null || say "$EMPTY"; } # applied by a version that kept none

# Instead of the ones in head.sh and files.sh: a check tells what it found, and comparing is left to who asked.
changed() { fact differs "$STEP" "$(encoded <<< "$*")"; }

check_file() {
  local left=no known=/dev/null number path
  ! unfinished_left "$1" || left=yes
  if [ -L "$1" ] || [ ! -f "$1" ]; then
    fact file "$STEP" "$1" "$EMPTY" "$EMPTY" "$EMPTY" "$EMPTY" "$left"
    return 0
  fi
  while read -r number _ _ path; do [ "$path" != "$1" ] || known="$PAYLOAD/files/$number"; done < "$PAYLOAD/index"
  CHECKED+=("$1") CHECKED_KNOWN+=("$known") CHECKED_LEFT+=("$left")
}

# All of a step at once: two processes, however many files they are. One that is as the payload has it, filled in by this
# host, is `=`: the program knows its text.
facts_checked() {
  local i=0 count=${#CHECKED[@]} owner mode modified size text sums
  [ "$count" -gt 0 ] || return 0
  mapfile -t sums < <(sha256sum -- "${CHECKED[@]}" "${CHECKED_KNOWN[@]}")
  while IFS=$'\t' read -r owner mode modified size; do
    text='='
    [ "${sums[i]%% *}" = "${sums[i + count]%% *}" ] || text=$(facts_text "${CHECKED[i]}" "$size")
    fact file "$STEP" "${CHECKED[i]}" "$owner" "$mode" "$modified" "$text" "${CHECKED_LEFT[i]}"
    i=$((i + 1))
  done < <(stat -c $'%U:%G\t%04a\t%Y\t%s' -- "${CHECKED[@]}")
  [ "${#sums[@]}:$i" = "$((2 * count)):$count" ] || fail "a file went while it was read, one of ${CHECKED[*]}" "run the same again"
}

# Several jobs ask for these, which take long: found out once. Where nothing tells the ports, each job says so.
firewall_ssh_ports() { facts_once ssh-ports firewall_find_ssh_ports; }
node_version_of() { [ ! -x "$1" ] || facts_once "node-$(readlink -f "$1" | tr / :)" node_says_version "$1"; }
site_has_brotli() { [ "$(facts_once brotli facts_find_brotli)" = yes ]; }

facts_find_brotli() { if site_finds_brotli; then say yes; else say no; fi; }

# facts_once NAME COMMAND …: what it says.
facts_once() {
  local text kept="$FACTS/once-$1"
  if [ ! -e "$kept" ]; then
    {
      flock 8
      [ -e "$kept" ] || { "${@:2}" > "$kept.new" && mv "$kept.new" "$kept"; }
    } 8> "$kept.lock"
  fi
  text=$(< "$kept")
  [ -z "$text" ] || say "$text"
}

# What systemd says of the units that most jobs ask for, all in one question before any of them; anything else it is asked.
declare -A UNITS=()
facts_units() {
  local units=(nginx ssh.socket sshd.socket) line number=0
  while IFS= read -r line; do
    if [ -n "$line" ]; then UNITS["${units[number]} ${line%%=*}"]=${line#*=}; else number=$((number + 1)); fi
  done < <(command systemctl show -p ActiveState -p UnitFileState -p MainPID -p LimitNOFILE "${units[@]}")
}

systemctl() {
  case "$*:${UNITS["${*: -1} ActiveState"]-}:${UNITS["${*: -1} UnitFileState"]-}" in
    is-active\ -q\ *:active:* | --quiet\ is-active\ *:active:* | is-enabled\ -q\ *:enabled) ;;
    --quiet\ is-active\ *:inactive:*) return 3 ;;
    show\ -p\ MainPID\ --value\ nginx:?* | show\ -p\ LimitNOFILE\ --value\ nginx:?*) say "${UNITS["nginx $3"]}" ;;
    *) command systemctl "$@" ;;
  esac
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
  if facts_site_is_there; then
    # Not where the certificate or another step is about to be mended: then the copy tells. In no condition, as in facts_job.
    (site_test "$NGINX" 2> /dev/null) &
    if wait "$!"; then return 0; fi
  fi
  site_fit -i "$(payload_file "$(site_file)")"
  facts_stand_in_certificate
  cp -a "$NGINX" "$PAYLOAD/tree"
  site_change "$PAYLOAD/tree"
  site_test "$PAYLOAD/tree"
}

# By what its own check found, which has ended: the wanted site is in /etc/nginx to the last link, so that a copy with it in
# would be the same.
facts_site_is_there() {
  local name step text
  cmp -s "$FACTS/wanted/site" "$STATE/applied/site" && [ -s "$FACTS/site/facts" ] || return 1
  while IFS=$'\t' read -r name step _ _ _ _ text _; do
    case "$name:$text" in
      applied: | file:=) ;;
      *) return 1 ;;
    esac
  done < "$FACTS/site/facts"
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
