#!/bin/bash
# What a host says of itself, for `npm run diagnose`. It reads and changes nothing, needs nothing installed, and writes
# no file: the disk may be full. Sent over SSH by stdin; what follows it there is pm2.cjs.
#
#   sudo -n bash -s -- APPLICATION SITE HOST PATH < all of it
#
# One fact a line, its parts separated by tabs; a text of several lines as `text NAME BASE64`. Without `set -e`: what is
# broken is what we are here for, and a fact that cannot be had is left out.
set -uo pipefail

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8

APPLIED=/var/lib/geo-system/applied
# Longest text that is sent, in bytes.
LONGEST=200000

say() { printf '%s\n' "$*"; }

# fact NAME VALUE …
fact() {
  local value line=$1
  shift
  for value in "$@"; do line+=$'\t'${value//[$'\t\r\n']/ }; done
  printf '%s\n' "$line"
}

# text NAME [LONGEST]: what comes by stdin.
text() { printf 'text\t%s\t%s\n' "$1" "$(head -c "${2:-$LONGEST}" | base64 -w 0)"; }

# applied STEP SETTING [DEFAULT]: a setting of what was deployed.
applied() {
  local value
  value=$(sed -n "s|^$2: ||p" "$APPLIED/$1" 2> /dev/null | head -n 1)
  say "${value:-${3-}}"
}

# step_of APPLICATION: whose step has that name under pm2: `backend`, or `backend-NAME`. Where none has, the last one.
step_of() {
  local file step=backend
  for file in "$APPLIED"/backend-* "$APPLIED/backend"; do
    if [ ! -e "$file" ] || [[ $file = *.new ]]; then continue; fi
    step=${file##*/}
    [ "$(applied "$step" name)" != "$1" ] || break
  done
  say "$step"
}

# applied_file STEP PATH: the text of a file as it was deployed.
applied_file() {
  awk -v path="$2" '
    /^==> end <==$/ { exit }
    /^==> \/.* <==$/ { here = $2 == path; next }
    here { print }' "$APPLIED/$1" 2> /dev/null
}
