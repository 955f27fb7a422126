/** What is done with a key of a pm2 file: `use` it, `pass` it to pm2, `accept` it without effect, or refuse it. */
type Treatment = "use" | "pass" | "accept" | { refuse: string; unless?: readonly unknown[] };

const handover = "a restart of its own cuts connections; a release asks clients to reconnect";
const watcher = { refuse: handover, unless: [false] } as const;
const port = { refuse: "the port is backendPort" } as const;

/** Every key that pm2 knows, in all its spellings. */
const keys: Record<string, Treatment> = {
  ...all("use", "script", "args", "node_args", "interpreter_args", "cwd", "instances", "exec_mode"),
  ...all("use", "env", "env_production", "interpreter", "exec_interpreter"),
  ...all(
    "pass",
    "max_memory_restart",
    "kill_timeout",
    "shutdown_with_message",
    "treekill",
    "stop_exit_codes",
  ),
  ...all("pass", "source_map_support", "disable_source_map_support"),
  watch: watcher,
  autorestart: { refuse: "a backend that ends is started again", unless: [true] },
  cron_restart: { refuse: handover, unless: ["", 0, "0", false] },
  port,
  increment_var: { refuse: "every process listens on backendPort" },
  ...all({ refuse: "the user is key user" }, "uid", "gid", "user"),
  // What is proven by the handshake, or left to this package: logs, restarts, names.
  ...all("accept", "name", "namespace", "version", "wait_ready", "listen_timeout", "instance_var"),
  ...all("accept", "max_restarts", "min_uptime", "restart_delay", "exp_backoff_restart_delay"),
  ...all("accept", "error_file", "out_file", "log_file", "error", "out", "output", "log", "pid_file", "pid"),
  ...all("accept", "merge_logs", "combine_logs", "log_date_format", "log_type", "time", "disable_logs"),
  ...all("accept", "ignore_watch", "watch_options", "watch_delay", "force", "filter_env"),
  env_file: { refuse: "set its variables by backendEnvironment and backendSecretEnvironment" },
  autostart: { refuse: "a backend is started", unless: [true] },
  ...all(
    "accept",
    "pmx",
    "automation",
    "vizion",
    "vizion_running",
    "trace",
    "deep_monitoring",
    "post_update",
  ),
  ...all("accept", "append_env_to_name", "kill_retry_time", "write", "disable_trace"),
};

function all<T extends Treatment>(treatment: T, ...names: string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, treatment]));
}

/** pm2 takes `nodeArgs` and `node_args` alike. */
const spelling = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A value that pm2 is given as it is. */
export type PassedValue = string | number | boolean | readonly number[];

/** The members of an application, sorted by what is done with them. */
export interface SortedKeys {
  used: Record<string, unknown>;
  passed: Record<string, PassedValue>;
  accepted: string[];
  /** `watch: true: why`, one each. */
  refused: string[];
}

export function sortKeys(application: Record<string, unknown>): SortedKeys {
  const sorted: SortedKeys = { used: {}, passed: {}, accepted: [], refused: [] };
  for (const [written, value] of Object.entries(application)) {
    const key = spelling(written);
    const treatment = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (value === null || isUndefined(value)) continue;
    if (treatment === "use") sorted.used[key] = value;
    else if (treatment === "pass" && isPlain(value)) sorted.passed[key] = value;
    else if (treatment === "accept" || /^env_/.test(key)) sorted.accepted.push(written);
    else {
      const { refuse, unless = [] } =
        typeof treatment === "object" ? treatment : { refuse: "not known here" };
      if (!unless.includes(value)) sorted.refused.push(`${written}: ${JSON.stringify(value)}: ${refuse}`);
    }
  }
  return sorted;
}

const isPlain = (value: unknown): value is PassedValue =>
  typeof value !== "object" || (Array.isArray(value) && value.every((one) => typeof one === "number"));

/** See templates/ecosystem/read.mjs. */
export const isUndefined = (value: unknown) =>
  typeof value === "object" && value !== null && "undefined" in value && Object.keys(value).length === 1;
