#!/bin/bash
# geo-system: makes this host serve a WebSocket backend. Written by `pulumi up`; do not edit, it is overwritten.
#
#   sudo geo-system STEP apply < payload    bring the step to the state the payload describes
#   sudo geo-system STEP check              compare the host with what was applied last
#   sudo geo-system STEP undo               give back what was there before the first apply
#   sudo geo-system file-set-NAME check     of a set of files: each is a step of its own; also `releases` and `rollback`
#   sudo geo-system firewall confirm        keep a change of the firewall, which is taken back else
#   sudo geo-system acme renew              renew the certificate where it is due; a timer does it
#   … --wait SECONDS                        wait for another run, where there is one; else this one is refused
#   sudo tail /var/log/geo-system/journal   who ran what, when, and how it ended
#
#   sudo geo-system backend releases                  the releases that can be gone back to
#   sudo geo-system backend instances                 prove every process of the backend that serves now
#   sudo geo-system backend rollback [--to RELEASE]   go back to one; default: the one in use before
#   sudo geo-system backend confirm | take-back       end a handover that waits for its proof
#   sudo geo-system backend hold                      let a release wait as long again for its proof
#   sudo geo-system backend-NAME …                    the same of the application of that name
#
# The last line of the output is the result: unchanged, applied, or "reverted: what serves". Undo adds what it left:
# "applied: kept nginx".
# Exit codes: 0 done, 1 a guard failed (the message says which, and what to do), 2 wrong usage.
set -eEuo pipefail
umask 022
shopt -s inherit_errexit

# sudo's secure_path leaves out what an operator added; the backend's tools lie in /usr/local/bin.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8 HOME=/root
# sudo drops these, and without them apt asks questions that no one is there to answer.
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l

STEPS=(packages firewall certificate file-set capacity site acme backend)
VERBS=(apply check undo renew environment confirm restore placed mend take-back releases rollback instances hold)
# Everything the package remembers on the host: `before` is what undo gives back, `applied` the last payloads.
STATE=/var/lib/geo-system
# What lives only as long as a run: its lock and its payload. In memory, so that no secret reaches a disk.
RUN=/run/geo-system
STEP=''
# Whether this run changed anything: the result line.
CHANGED=no
# What the result line says besides: ": kept nginx".
LEFT=''
# How a subshell ends that has already said what is wrong, so that the shell around it says nothing more.
SAID=97

# How an operator types Pulumi's CLI, in every advice; infra/pulumi-command.ts says the same.
PULUMI='npx pulumi'

# step_kind STEP: whose functions it has. Sets of files are a step each, `file-set-NAME`, and so are applications.
step_kind() {
  if [[ $1 =~ ^file-set-[A-Za-z0-9._~+-]+$ ]]; then echo file-set
  elif [[ $1 =~ ^backend-[a-z][a-z0-9-]*$ ]]; then echo backend
  else echo "$1"; fi
}

say() { printf '%s\n' "$*"; }

# fail WHAT NEXT: says which guard failed and what to do next, and ends the step.
fail() {
  printf 'geo-system %s: %s\n' "$STEP" "$1" >&2
  [ -z "${2-}" ] || printf '  next: %s\n' "$2" >&2
  stop
}

stop() {
  if [ "$BASH_SUBSHELL" -gt 0 ]; then exit "$SAID"; else exit 1; fi
}

# A command that failed where no guard expected it: without this the step would end without a word.
unexpected() {
  [ "$1" != "$SAID" ] || stop
  fail "a command failed (exit $1, line $2 of $0, in ${FUNCNAME[1]-}): $3" "read the lines above; 'sudo geo-system $STEP check' shows the state"
}
trap 'unexpected "$?" "$LINENO" "$BASH_COMMAND"' ERR

changed() {
  CHANGED=yes
  say "$*"
}
