# shellcheck shell=bash
# What systemd says of a unit. Also sent to a host by `npm run diagnose` and `status`.

service_property() { systemctl show -p "$2" --value "$1"; }

# service_id UNIT: its own name where that is an alias: redis.service is redis-server.service.
service_id() { service_property "$1" Id; }

# service_name UNIT: as people type it.
service_name() { say "${1%.service}"; }

# service_units UNIT: the unit, and those that do its work: postgresql.service itself only starts postgresql@16-main.service,
# and counts as active whatever becomes of it.
service_units() {
  local part wanted id
  id=$(service_id "$1")
  say "$id"
  wanted=" $(service_property "$id" Wants) $(service_property "$id" Requires) "
  for part in $(service_property "$id" ConsistsOf); do
    [[ $wanted != *" $part "* ]] || say "$part"
  done
}

# service_runs UNIT. One that systemd starts again and again after it failed does not.
service_runs() {
  case "$(service_property "$1" ActiveState):$(service_property "$1" SubState)" in
    *:auto-restart*) return 1 ;;
    active:* | reloading:* | activating:*) return 0 ;;
    *) return 1 ;;
  esac
}

service_starts_at_boot() { systemctl is-enabled -q "$1" 2> /dev/null; }
