# shellcheck shell=bash
# The SSH connection by which a run came in. sudo drops what sshd says of it; the processes that started sudo still know.

# session_connection: "client port server port"; nothing where the run came by no SSH.
session_connection() {
  local pid=$$ connection
  while [ "$pid" -gt 1 ]; do
    connection=$(tr '\0' '\n' 2> /dev/null < "/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=//p' || true) # it may end meanwhile
    [ -z "$connection" ] || { say "$connection"; return 0; }
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
session_parent() { { sed -n 's/^PPid:\s*//p' "/proc/$1/status" 2> /dev/null || say 0; } | grep . || say 0; }
