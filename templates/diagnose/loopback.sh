# shellcheck shell=bash
# Two upgrades on the host itself: through nginx, and straight to the backend. What lies outside has no part in them.
#
# A probe must not harm. A backend that still writes into a connection whose client has left may crash on the error, so
# what comes is read to its end, and an open WebSocket is closed as RFC 6455 asks: a close frame, then the server's end.

# loopback_answer PORT HOST PATH: the first line of what comes back. Bash speaks TCP by itself; curl may not be there.
loopback_answer() {
  local line=''
  exec 2> /dev/null
  exec 3<> "/dev/tcp/127.0.0.1/$1" || { printf refused; return; }
  {
    printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' "$3" "$2"
    printf 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Z2VvLXN5c3RlbSBkaWFnbg==\r\n\r\n'
  } >&3
  if IFS= read -r -t 3 line <&3; then printf '%s' "${line%$'\r'}"
  elif [ $? -gt 128 ]; then printf silence
  else printf closed; fi
  # 1000, masked by four zeros.
  [[ $line != HTTP/*' 101 '* ]] || printf '\x88\x82\0\0\0\0\x03\xe8' >&3
  loopback_drain
}

# Reads the rest beside everything else: a backend that answers late still finds its client there.
loopback_drain() {
  (trap '' HUP; exec timeout 10 cat <&3) > /dev/null 2>&1 < /dev/null &
}

# loopback NAME PORT: in a shell of its own, because a connect that is not accepted waits two minutes.
loopback() {
  local answer
  answer=$(timeout 4 bash -c "$(declare -f loopback_answer loopback_drain)"'; loopback_answer "$@"' loopback "$2" "$HOST" "$WS_PATH" 2> /dev/null)
  # Nothing at all: not even the connection came about in that time.
  fact loopback "$1" "$2" "${answer:-no connection}"
}
