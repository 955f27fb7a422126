# shellcheck shell=bash
# The order: what waits (pm2, two upgrades) goes on beside what only reads, and nginx, which takes longest, as well. Who
# listens is asked before that, since `nginx -t` itself takes the ports where no nginx has them; the logs come last, with
# what the two upgrades have left in them.

main() {
  local pm2_program='' entry
  APP=$1 SITE=$2 HOST=$3 WS_PATH=$4
  IFS= read -r -d '' pm2_program || true # it ends with the input
  STEP=$(step_of "$APP")
  APP=$(applied "$STEP" name "$APP") SITE=$(applied site site "$SITE")
  APP_USER=$(applied "$STEP" user "${SUDO_USER:-$(id -un)}") APP_PORT=$(backend_port "$WS_PATH")
  APP_HOME=$(getent passwd "$APP_USER" | cut -d : -f 6)
  entry=${SSH_CONNECTION-} SSH_PORT=${5:-22}
  [ -z "$entry" ] || SSH_PORT=${entry##* }
  host_clock
  host_listeners
  host_port_owners
  exec 5< <(backend_pm2 "$pm2_program" 2> /dev/null) 6< <(loopback nginx 80; loopback backend "$APP_PORT") 7< <(nginx_facts)
  host_resources
  host_units
  host_services
  acme_facts
  acme_challenge
  firewall_facts
  backend_facts
  backend_processes
  capacity_facts
  cat <&5
  cat <&6
  cat <&7
  nginx_logs
  backend_logs
  backend_ends
  fact end
}

main "$@"
