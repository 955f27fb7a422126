# shellcheck shell=bash
# The facts: what this host says of itself, in one round trip and without changing anything. This file and the ones it
# needs are sent by stdin at the start of every preview and every `up`, so they need nothing on the host; with them come
# the wanted payloads, `STEP<TAB>base64` one a line. The answer is one fact a line, `NAME<TAB>VALUE…`, texts in base64.
#   facts-steps.sh   each step: what was applied last, and what differs from it
#   facts-acme.sh    what is certified by ACME
#   facts-capacity.sh  what the host allows, where a number of connections is expected
#   facts-needs.sh   packages and services that the backend needs: whether apt and systemd know them
#   facts-data.sh    what the running release wrote into its own folder
#   facts-found.sh   before the first release: what serves on the host that this package did not set up
#   facts-host.sh    the machine itself: its name, its ports, its disks, who is connected

FACTS="$RUN/payload.$$" # a run that was killed leaves it; the next one takes it away
EMPTY=- # a value that is missing

# fact NAME VALUE …: to the file that its job collects, since several jobs speak at once.
fact() {
  local IFS=$'\t'
  printf '%s\n' "$*" >&3
}

encoded() { base64 -w 0; }

# facts_job NAME FUNCTION …: its facts stay together, and so does what it says to people.
facts_job() {
  local name=$1
  shift
  STEP=$name PAYLOAD="$FACTS/$name"
  install -d -m 0700 "$PAYLOAD"
  # In the background and waited for: bash would go on after every failure in it, if it stood in the list of an ||.
  ("$@" 3> "$PAYLOAD/facts" > /dev/null 2> "$PAYLOAD/said" < /dev/null) &
  wait "$!" || fact failed "$name" "$(tail -n 20 "$PAYLOAD/said" | encoded)" 3>> "$PAYLOAD/facts"
}

# The trial of the wanted site after the check of the one that is there.
facts_site() {
  facts_job site facts_step site
  facts_job candidate facts_candidate
}

facts_wanted() {
  local name text
  install -d -m 0700 "$FACTS" "$FACTS/wanted"
  while IFS=$'\t' read -r name text; do base64 -d <<< "$text" > "$FACTS/wanted/$name"; done
}

# facts_answer HOW < FACTS: `packed` for a long way, a fifth of the text.
facts_answer() { if [ "$1" = packed ]; then gzip -1 | base64 -w 0; else cat; fi; }

# facts_main [packed] < WANTED
facts_main() {
  local name jobs=()
  [ "$(id -u)" = 0 ] || { say "facts: run as $(id -un), expected root" >&2; exit 2; }
  trap 'rm -rf "$FACTS"' EXIT
  install -d -m 0700 "$RUN"
  facts_wanted
  facts_units
  for name in "${STEPS[@]}" $(facts_named_steps); do
    if [ "$name" = site ]; then facts_site &
    else facts_job "$name" facts_step "$name" & fi
    jobs+=($!)
  done
  facts_job rules facts_rules &
  jobs+=($!)
  facts_job issued facts_acme &
  jobs+=($!)
  facts_job allowed facts_capacity &
  jobs+=($!)
  facts_job needs facts_needs &
  jobs+=($!)
  facts_job data facts_backends facts_data &
  jobs+=($!)
  facts_job found facts_found &
  jobs+=($!)
  facts_job host facts_host &
  jobs+=($!)
  # One by one: of several bash tells only how the last one ended.
  for name in "${jobs[@]}"; do wait "$name"; done
  { cat "$FACTS"/*/facts; say end; } | facts_answer "${1-}"
}
