/** Variables of the session, of systemd, of pm2 and of npm: no configuration of the application. */
const surroundings = [
  /^(HOME|USER|LOGNAME|SHELL|PATH|PWD|OLDPWD|SHLVL|_|TERM|COLORTERM|LANG|LANGUAGE|LC_\w+|MAIL|HOSTNAME|EDITOR|VISUAL|DISPLAY)$/,
  /^(SSH|SUDO|XDG|DBUS|LS|LESS|NVM|TMUX|STY|WINDOW|npm|PM2)(_\w+)?$/,
  /^(INIT_CWD|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|MAINPID|MANAGERPID|MEMORY_PRESSURE_\w+|(SYSTEMD|LISTEN|WATCHDOG)_\w+)$/,
  /^NODE_(CHANNEL_\w+|APP_INSTANCE|UNIQUE_ID)$/,
];

/** What pm2 gives its applications of its own entry. */
const ofPm2 =
  /^(kill_retry_time|windowsHide|username|treekill|automation|pmx|instance_var|watch|autorestart|autostart|vizion|merge_logs|env|namespace|filter_env|name|args|node_args|exec_interpreter|exec_mode|instances|km_link|vizion_running|unique_id|status|created_at|restart_time|unstable_restarts|exit_code|version|versioning|uid|gid|cron_restart|watch|ignore_watch|max_memory_restart|wait_ready|kill_timeout|listen_timeout|prev_restart_delay|exp_backoff_restart_delay|pm_\w+|axm_\w+|stop_exit_codes|source_map_support|disable_source_map_support|log_\w+|out_file|error_file|time)$/;

/** Set by the package itself: `backendPort` and the like. */
const own = /^(PORT|HOST|WS_PATH|DATA_DIR|HANDOVER_SECONDS)$/;

const secretName =
  /(secret|token|passw(or)?d|passwd|passphrase|pwd|key|credential|private|cert|jwt|salt|signing|cookie|session|webhook|auth|dsn|license|_pass|^pass)/i;

/** What the process was started with, and is to be started with again. */
export interface Environment {
  /** Values that may be shown. */
  plain: Record<string, string>;
  /** Names of those that may not. */
  secret: string[];
  /** Names that belong to the configuration's other keys. */
  own: string[];
}

/** `/proc/PID/environ`: each ends with a zero byte. A value that looks like a secret is one: no harm where it is none. */
export function readEnvironment(text: string, pm2Name?: string): Environment {
  const found: Environment = { plain: {}, secret: [], own: [] };
  for (const entry of text.split("\0")) {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(entry) ?? [];
    if (name === undefined || value === undefined) continue;
    if (surroundings.some((kind) => kind.test(name)) || isOfPm2(name, pm2Name)) continue;
    if (own.test(name)) found.own.push(name);
    else if (isSecret(name, value)) found.secret.push(name);
    else found.plain[name] = value;
  }
  return found;
}

/** pm2 also gives an application a variable of its own name, for its modules. */
function isOfPm2(name: string, pm2Name: string | undefined): boolean {
  return pm2Name !== undefined && (ofPm2.test(name) || name === pm2Name);
}

/** By its name, as the login in a URL, as a key in PEM, or as random text. */
function isSecret(name: string, value: string): boolean {
  if (secretName.test(name) || /:\/\/[^/\s]*@/.test(value) || value.includes("-----BEGIN ")) return true;
  return (
    /^[\w+/=~.-]{20,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value) && !/^[/.]/.test(value)
  );
}
