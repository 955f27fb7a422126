# shellcheck shell=bash
# Step `backend`: one release of the backend under pm2.
#   backend-names.sh         what is one application's alone, where a host has several
#   backend-release.sh       a release in a folder of its own, with its dependencies, whole or not at all
#   backend-dependencies.sh  its dependencies: installed once for all that decides them
#   backend-install.sh       their install, by the package manager that the repository names
#   backend-pm2.sh           pm2, its boot unit, and what it is asked
#   backend-application.sh   what runs, and its start
#   backend-handover.sh      a new release in the place of the old one: proven, provisional, confirmed or taken back
#   backend-proof.sh         the handshake with each of its processes, on this host
#   backend-reversal.sh      the way back of a release that did not come up, or was not confirmed
#   backend-ports.sh         the ports of the release in use, and those that are wanted
#   backend-switch.sh        a handover by nginx from one set of ports to another
#   backend-taken.sh         what a person ran on its port before the first release: it ends, and undo starts it again
#   found.sh                 what that is
#   backend-rollback.sh      the releases that stay, and the way back to one
#   backend-data.sh          the data of such an application, which comes along
#   backend-shared.sh        its data: folders that live in shared/, with a link in each release
#   backend-written.sh       what a release wrote into its own folder
#   backend-kept.sh          which is put aside when the release goes
#   backend-environment.sh   the secret environment, which enters by a stdin of its own
#
#   /srv/geo-backend/current -> releases/<hash>      secret.env -> environments/<generation>      shared (its data)
#   /var/lib/geo-system/backend/current              which release is in use, since when, by whom and why

# Everything is read before anything is touched. The functions of this step share these.
backend_read() {
  APP=$(setting name) APP_USER=$(setting user)
  [[ $APP =~ ^[A-Za-z][A-Za-z0-9-]*$ && $APP_USER =~ ^[a-z_][a-z0-9_-]*$ ]] || fail "name, user: expected plain names, found '$APP', '$APP_USER'" "correct the payload"
  backend_find_user
  APP_ROOT="/srv/$APP"
  backend_read_shared
}

backend_find_user() {
  local entry
  entry=$(getent passwd "$APP_USER") || fail "this host has no user '$APP_USER'" "sudo adduser $APP_USER, or set user"
  APP_HOME=$(cut -d : -f 6 <<< "$entry")
  APP_GROUP=$(id -gn "$APP_USER")
}

backend_apply() {
  local wanted
  backend_keep_resent "$(option archive "$@")"
  backend_read
  backend_expect_upstream
  backend_own_root
  backend_tools
  backend_expect_node
  backend_folders
  backend_share_running
  in_parallel backend_release backend_pm2
  backend_keep_former_application
  wanted=$(backend_wanted)
  backend_settle "$wanted"
  backend_take_data
  backend_share "$(setting release)"
  backend_name_unshared
  if [ -d "$HANDOVER" ]; then backend_arm "$(handover_patience)" # this very release, cut short before it was confirmed
  elif backend_serves "$wanted" || backend_follow "$wanted"; then backend_mend
  else backend_switch up; fi
  backend_confirm_first
  backend_arm_others "$(handover_patience)"
  [ ! -d "$HANDOVER" ] || say "provisional: taken back in $(handover_patience) s, unless confirmed: sudo geo-system $BACKEND_STEP confirm"
}

# The release in use serves: what is around it is put right.
backend_mend() {
  say "release $(setting release) serves already"
  backend_mend_handshake
  backend_point
  backend_save
  backend_prune
  application retire "$APP" "$(current run)" 0 0 paced
  services_drop_unlisted
}

# Another handshake of the release in use.
backend_mend_handshake() {
  place_file "$BACKEND_HANDSHAKE"
  [ ! -d "$BACKEND_RELEASES/$(current release)" ] || cp "$BACKEND_HANDSHAKE" "$BACKEND_RELEASES/$(current release)/handshake"
}

# Where nothing of ours served before there is nothing to take back to.
backend_confirm_first() {
  [ -d "$HANDOVER" ] && ! backend_has_former || return 0
  backend_finish
}

backend_has_former() { backend_has_taken || { [ -e "$BACKEND_CURRENT" ] && [ "$(current run)" != "$(handover run)" ]; }; }

backend_check() {
  local path
  backend_read
  for path in $(backend_files); do
    payload_has "$path" || continue # applied by a version that had no such file
    ! backend_is_foreign_unit "$path" || continue
    backend_fill_in "$path"
    backend_is_of_another "$path" || check_file "$path"
  done
  backend_check_private
  backend_check_archive
  backend_check_release
  [ -e "$APP_ROOT/secret.env" ] || changed "$APP_ROOT/secret.env is missing"
  backend_check_files
  backend_check_shared
  backend_check_boot
  backend_check_application
}

backend_undo() {
  backend_owner || return 0
  backend_disarm
  backend_remove_application
  backend_give_back_data
  [ "$TAKEN_GIVEN_BACK" = no ] || ! backend_is_last || node_give_back pm2 # which the lines above needed; the host has what it ran by before
  backend_remove_files
}

# Whose application this host runs; fails where it was never applied.
backend_owner() {
  local owner
  owner=$(cat "$BACKEND_BEFORE/owner" 2> /dev/null || true)
  [ -n "$owner" ] || return 1
  read -r APP APP_USER <<< "$owner"
  backend_find_user
  APP_ROOT="/srv/$APP"
}

# A folder or an application that is not ours is not overwritten.
backend_own_root() {
  local owner="$BACKEND_BEFORE/owner" former
  former=$(cat "$owner" 2> /dev/null || true) # the first apply has none
  [ "$former" != "$APP $APP_USER" ] || return 0
  if [ -n "$former" ]; then
    fail "this host runs '${former% *}' of user '${former#* }', made by an earlier run" "sudo geo-system $BACKEND_STEP undo, then '$PULUMI up': its data stays in /srv/${former% *}/shared"
  fi
  if [ -d "$APP_ROOT" ] && [ -n "$(find "$APP_ROOT" -mindepth 1 -maxdepth 1 ! -name shared ! -name kept)" ]; then
    fail "$APP_ROOT is there already, and not made by this package" "move it away, or choose another name: $PULUMI config set --path $(backend_key name) NAME"
  fi
  install -d -m 0700 "$STATE" "$STATE/before" "$BACKEND_BEFORE"
  [ -e "$APP_HOME/.pm2" ] || backend_is_kept /pm2-home || : > "$BACKEND_BEFORE/pm2-home.absent"
  say "$APP $APP_USER" > "$owner"
}

backend_folders() {
  install -d -m 0755 "$APP_ROOT"
  install -d -m 0700 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/releases" "$APP_HOME/.geo-system"
  install -d -m 0750 -o "$APP_USER" -g "$APP_GROUP" "$APP_ROOT/shared"
}

# as_user COMMAND …: as the user of the application, with that user's home.
as_user() {
  runuser -u "$APP_USER" -- env HOME="$APP_HOME" USER="$APP_USER" LOGNAME="$APP_USER" "$@" < /dev/null
}

backend_remove_files() {
  local path
  for path in "$BACKEND_HANDSHAKE" "/etc/logrotate.d/$APP"; do give_back "$path"; done
  backend_keep_all_written
  rm -rf "$BACKEND_STATE"
  backend_forget_archives none
  backend_remove_shared
  [ -d "$APP_ROOT" ] || return 0
  find "$APP_ROOT" -mindepth 1 -maxdepth 1 ! -name shared ! -name kept -exec rm -rf {} +
  rmdir --ignore-fail-on-non-empty "$APP_ROOT/shared" "$APP_ROOT/kept" 2> /dev/null || true # may not be there
  if rmdir "$APP_ROOT" 2> /dev/null; then changed "removed $APP_ROOT"
  else changed "removed $APP_ROOT, but not the backend's data: $(backend_data_left)"; fi
}

# What is the host's goes with its last application.
backend_remove_shared() {
  local path
  if ! backend_is_last; then
    backend_pass_on "${LIBRARY_PROGRAMS[@]}" "/etc/systemd/system/pm2-$APP_USER.service" /pm2-home
    return 0
  fi
  for path in "${LIBRARY_PROGRAMS[@]}"; do give_back "$path"; done
  rmdir --ignore-fail-on-non-empty "$LIBRARY" 2> /dev/null || true # may not be there
  rm -rf "$APP_HOME/.geo-system"
}

# The folders that stay: what users wrote, and what releases wrote into their own folders.
backend_data_left() {
  local folder left=''
  for folder in "$APP_ROOT/shared" "$APP_ROOT/kept"; do [ ! -d "$folder" ] || left+=", $folder"; done
  say "${left#, }"
}
