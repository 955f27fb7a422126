# shellcheck shell=bash
# Step `backend`, the proof on the host: the handshake of the operator's configuration with each process of the backend.

# backend_prove PORT [PID@PORT …]: the handshake of the operator's configuration, on this host, with each of these
# processes. The token enters by stdin.
backend_prove() {
  local token="$BACKEND_STATE/token" script=$BACKEND_HANDSHAKE pm2
  [ -e "$token" ] || install -m 0600 /dev/null "$token" # a handshake without one
  if [ -d "$HANDOVER" ] && [ -e "$(backend_candidate_handshake)" ]; then script=$(backend_candidate_handshake); fi
  pm2=$(readlink -f "$(dirname "$(readlink -f /usr/local/bin/pm2)")/..")
  as_application "$token" NODE_PATH="$pm2/node_modules:$(dirname "$pm2")" "$NODE" "$LIBRARY/handshake.cjs" \
    "ws://127.0.0.1:$1$(setting websocket-path)" "$script" "${@:2}" 2> "$PAYLOAD/why"
}

# backend_prove_each NAME PORT [RUN]: of several processes each one.
backend_prove_each() {
  local processes=()
  mapfile -t processes < <(application instances "$1" "${@:3}")
  [ "${#processes[@]}" -gt 1 ] || processes=()
  backend_prove "$2" "${processes[@]}"
}

# The verb: proves every process that serves now, and says how many there are.
backend_instances() {
  local run ports
  backend_read
  run=$(current run) ports=$(backend_serving_ports)
  [ ! -d "$HANDOVER" ] || run=$(handover run) ports=$(handover port)
  backend_prove_each "$APP" "${ports%%,*}" "$run" || fail "$(backend_in_words "$(why)")" "read its log: pm2 logs $APP --lines 20, as $APP_USER"
}

# backend_prove_process NAME PORT [RUN]: the same; of a process that ended meanwhile it says how it did.
backend_prove_process() {
  local said
  if backend_prove_each "$@"; then return 0; fi
  said=$(why)
  if ! application fate "$1" "${@:3}" 2> "$PAYLOAD/why"; then
    # That nothing listened there any more says less than the end itself.
    if [[ $said = *ECONNREFUSED* ]]; then said=$(why); else said="$said; $(why)"; fi
  fi
  say "$said" > "$PAYLOAD/why"
  return 1
}
