# shellcheck shell=bash
# The journal: one line a run that may change the host, so that someone can ask later who did what, and how it ended.
#
#   /var/log/geo-system/journal (and journal.1, the megabyte before it), for root and the group adm; the last line is the
#   latest. Eight fields, always these in this order, `name=value`, with a tab between two; "-" where nothing is known:
#     time     when the run began: 2026-11-25T03:24:00+00:00
#     user     who called sudo
#     client   the address from which he came by SSH
#     step     packages, firewall, certificate, site, backend …
#     verb     apply, undo, environment, confirm, restore …; `check`, `releases` and `hold` change nothing and are not written down
#     release  the release that is meant: of the payload, or of the rollback
#     result   applied, unchanged, reverted (what was there before is back), failed, interrupted (killed, or no power)
#     seconds  how long it took
# No payload and no message of a program is ever written here, so no secret is.

JOURNAL=/var/log/geo-system/journal
JOURNAL_BEGAN=$EPOCHREALTIME
JOURNAL_LINE='' # its beginning, once the run has its turn
RESULT=failed # until the end is reached

# Once a run has its turn. One that was killed before could not write its line, but left its beginning behind.
journal_begin() {
  [[ $VERB != @(check|releases|instances|hold) ]] || return 0
  install -d -m 0750 -o root -g adm "${JOURNAL%/*}"
  [ -e "$JOURNAL" ] || install -m 0640 -o root -g adm /dev/null "$JOURNAL"
  JOURNAL_LINE=$(journal_who)
  run_is_alone || return 0
  [ ! -s "$JOURNAL.running" ] || printf '%s\tresult=interrupted\tseconds=-\n' "$(< "$JOURNAL.running")" >> "$JOURNAL"
  (umask 077; say "$JOURNAL_LINE" > "$JOURNAL.running")
}

journal_who() {
  local client release=''
  client=$(session_connection)
  client=${client%% *}
  ! run_has_payload || release=$(setting release '')
  printf 'time=%s\tuser=%s\tclient=%s\tstep=%s\tverb=%s\trelease=%s' \
    "$(date -Iseconds)" "${SUDO_USER-root}" "${client:--}" "$STEP" "$VERB" "${release:--}"
}

# journal_release NAME: for verbs whose payload names none, once they know of which release they are.
journal_release() { JOURNAL_LINE=${JOURNAL_LINE/%release=-/release=$1}; }

journal_end() {
  local took=$((${EPOCHREALTIME/./} - ${JOURNAL_BEGAN/./}))
  [ -n "$JOURNAL_LINE" ] || return 0
  [ "$(stat -c '%s' "$JOURNAL")" -lt 1048576 ] || { mv -f "$JOURNAL" "$JOURNAL.1"; install -m 0640 -o root -g adm /dev/null "$JOURNAL"; }
  printf '%s\tresult=%s\tseconds=%d.%d\n' "$JOURNAL_LINE" "$RESULT" "$((took / 1000000))" "$((took / 100000 % 10))" >> "$JOURNAL"
  ! run_is_alone || rm -f "$JOURNAL.running"
}
