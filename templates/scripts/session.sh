# shellcheck shell=bash
# The SSH connection by which a run came in. sudo drops what sshd says of it; the processes that started sudo still know.

# session_connection: "client port server port"; nothing where the run came by no SSH.
session_connection() {
  local pid=$$ entry
  while [ "$pid" -gt 1 ]; do
    while IFS= read -r -d '' entry; do
      [[ $entry != SSH_CONNECTION=* ]] || { say "${entry#*=}"; return 0; }
    done 2> /dev/null < "/proc/$pid/environ" || true # it may end meanwhile
    pid=$(session_parent "$pid")
  done
}

# session_user: who started the run, and from where: `ubuntu from 203.0.113.9`.
session_user() {
  local client
  read -r client _ < <(session_connection) || true # no SSH session
  say "${SUDO_USER-root}${client:+ from $client}"
}

# session_process: the first of the sshd processes that carry the connection: it began when the connection did.
session_process() {
  local pid=$$ first=''
  while [ "$pid" -gt 1 ]; do
    [[ $(cat "/proc/$pid/comm" 2> /dev/null || true) != sshd* ]] || grep -qsF '[listener]' "/proc/$pid/cmdline" || first=$pid # it may end meanwhile
    pid=$(session_parent "$pid")
  done
  say "$first"
}

# session_parent PID: 0 where that process has just ended.
session_parent() {
  local name value parent=0
  while read -r name value; do [ "$name" != PPid: ] || parent=$value; done 2> /dev/null < "/proc/$1/status" || true
  say "$parent"
}
