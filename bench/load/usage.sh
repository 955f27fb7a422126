#!/bin/bash
# What this host uses: KiB of memory that would be free without nginx and without the backend, and the seconds of processor
# of all processes so far, ended ones among them.
kib() { for pid; do cat "/proc/$pid/smaps_rollup" 2> /dev/null; done | awk '$1 == "Pss:" { sum += $2 } END { print sum + 0 }'; }
# shellcheck disable=SC2046 # several words
printf 'nginx %s\n' "$(kib $(pgrep -f '^nginx: '))"
# shellcheck disable=SC2046 # several words
printf 'backend %s\n' "$(kib $(pgrep -u ubuntu -P "$(cat /home/ubuntu/.pm2/pm2.pid)"))"
cat /proc/[0-9]*/stat 2> /dev/null | awk -v ticks="$(getconf CLK_TCK)" '
  { sub(/^.*\) /, ""); sum += $12 + $13 + $14 + $15 } # the text before it may contain blanks
  END { print "cpu " sum / ticks }'
