// Asks a running pm2 for its applications and prints them as JSON, without their environment, which holds secrets:
//   node -e PROGRAM HOME_OF_PM2 SOCKET
// pm2's own command line would take half a second, and start a pm2 where none runs.
const [, home, socket] = process.argv;

/** A part of pm2: some versions bring it along, others install it. */
const part = (name) => {
  try {
    return require(`${home}/modules/${name}`);
  } catch {
    return require(require.resolve(name, { paths: [home] }));
  }
};

const request = part("pm2-axon").socket("req");
const client = new (part("pm2-axon-rpc").Client)(request);

const told = ({ name, pid, pm_id: id, pm2_env: env, monit = {} }) => ({
  name,
  id,
  pid,
  /** The processes of one release share it. */
  run: env.namespace,
  /** Where it was configured to listen. */
  port: Number(env.PORT) || undefined,
  status: env.status,
  restarts: env.restart_time,
  /** Milliseconds since 1970 of the last start. */
  startedAt: env.pm_uptime,
  /** Milliseconds before the next start, where it crashed and is tried again and again. */
  backoff: env.prev_restart_delay ?? 0,
  exitCode: env.exit_code,
  memory: monit.memory,
  script: env.pm_exec_path,
  folder: env.pm_cwd,
});

request.connect(socket);
client.call("getMonitorData", {}, (error, applications) => {
  if (error) console.error(String(error));
  else console.log(JSON.stringify(applications.map(told)));
  process.exit(error ? 1 : 0);
});
