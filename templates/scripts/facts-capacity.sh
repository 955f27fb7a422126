# shellcheck shell=bash
# The facts of what this host allows, where a number of connections is expected: `allowed NAME VALUE [fixed]`.

facts_capacity() {
  local wanted="$FACTS/wanted/capacity" name
  [ -e "$wanted" ] || return 0
  STEP=capacity
  payload_read < "$wanted"
  fact allowed processors "$(nproc)"
  fact allowed nginx-files "$(facts_nginx_files)"
  fact allowed backend-files "$(facts_backend_files)"
  fact allowed ports "$(awk '{ print $2 - $1 + 1 }' /proc/sys/net/ipv4/ip_local_port_range)"
  fact allowed memory "$(facts_memory)"
  while read -r name _; do facts_kernel_limit "$name"; done < <(capacity_wanted)
}

# What a process may open once its unit sets no limit: that of the machine, and in a container that of the container.
facts_most_files() { site_least "$(awk '/^Max open files/ { print $5 }' /proc/1/limits)" "$(cat /proc/sys/fs/nr_open)"; }

# Without CAP_SYS_RESOURCE, as in a container, not even root raises the limit of an nginx that runs.
facts_nginx_files() {
  local most running
  most=$(facts_most_files) running=$(capacity_nginx_limit)
  if [ -z "$running" ] || (((16#$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status) >> 24 & 1) == 1)); then say "$most"
  else site_least "$most" "$running"; fi
}

# pm2 as it runs; it gives its own limit to the backend, and a release starts no other pm2.
facts_backend_files() {
  local user pm2 most
  user=$(facts_backends facts_wanted_user | sed -n 1p)
  most=$(facts_most_files)
  pm2=$(cat "$(getent passwd "$user" | cut -d : -f 6)/.pm2/pm2.pid" 2> /dev/null || true) # none runs yet
  site_least "$most" "$(awk '/^Max open files/ { print $5 }' "/proc/${pm2:-none}/limits" 2> /dev/null || say "$most")"
}

# In KiB: of the machine, or what its container may have of it.
facts_memory() {
  local most
  most=$(cat /sys/fs/cgroup/memory.max 2> /dev/null || say max)
  [[ $most =~ ^[0-9]+$ ]] || most=$((1 << 62))
  site_least "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" "$((most / 1024))"
}

# Root may write there, unless the kernel gives a container no say in it.
facts_kernel_limit() {
  local path="/proc/sys/${1//.//}"
  [ -e "$path" ] || return 0
  fact allowed "$1" "$(< "$path")" "$([ -w "$path" ] || say fixed)"
}
