#!/bin/bash
# Holds releases that serve for now, one STEP each, while the other hosts of their fleet are not proven yet: their time begins
# again every 40 seconds. It ends with its input, which is when the verdict was given, or the run is gone; so it does after 15
# seconds of silence. What has no verdict then goes back. Sent by stdin: bash -s -- STEP …
set -u

hold_releases() {
  local step since=$SECONDS
  while read -r -t 15 _; do
    [ $((SECONDS - since)) -ge 40 ] || continue
    since=$SECONDS
    for step; do /usr/local/sbin/geo-system "$step" hold --wait 5 > /dev/null 2>&1; done
  done
  # It must outlive the connection.
  for step; do
    systemd-run --quiet --collect /usr/local/sbin/geo-system "$step" take-back --because 'the run ended before all hosts were proven'
  done
}

# The rest of the input is no script: nothing is read of it once this line is.
hold_releases "$@"; exit 0
