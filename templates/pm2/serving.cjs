// Why what pm2 has just started does not serve; pm2 says `online` of any process.
const { setTimeout: delay } = require("node:timers/promises");
const { elsewhere, elsewhereInCluster } = require("./elsewhere.cjs");
const { launch, named } = require("./pm2.cjs");
const { lives, portOf, portsOf, portsOfPm2, serves } = require("./sockets.cjs");

/**
 * What keeps these entries from serving, each on its port, in words; nothing when they serve.
 *
 * @param patience milliseconds for them to listen, since they were started
 * @param probation milliseconds that they must live on then
 */
async function whyNotServing(entries, { patience = 0, probation = 0, started = Date.now() }) {
  const [port] = entries.map(portOf);
  const all = (holds) => entries.length > 0 && entries.every(holds);
  const stray = elsewhere(entries, patience);
  while (!all(serves)) {
    if (!all(({ pid }) => lives(pid))) return `${await ended(entries)}, before it listened on port ${port}`;
    const instead = await stray();
    if (instead || Date.now() - started > patience) return notListening(entries, started, instead);
    await delay(25);
  }
  const end = Date.now() + probation;
  while (Date.now() < end) {
    await delay(Math.min(100, probation));
    if (!all(serves)) return `it listened on port ${port}, and ${await ended(entries)}`;
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** `it ended with exit code 3 after 1.4 s`: what pm2 saw of it. Of an end by a signal pm2 keeps nothing. */
async function ended(entries) {
  const [gone] = entries.filter(({ pid }) => !lives(pid));
  if (!gone) return "it stopped listening";
  const after = seconds(gone.pm2_env.pm_uptime);
  const now = (await named(gone.name)).find(({ pm_id }) => pm_id === gone.pm_id);
  const code = now?.pm2_env.exit_code;
  return code ? `it ended with exit code ${code} after ${after}` : `it ended after ${after}`;
}

/** Also where it listens instead: its port is in its code, or it reads it from somewhere else. */
function notListening(entries, since, instead) {
  const missing = entries.filter((entry) => !serves(entry));
  const [port] = missing.map(portOf);
  const others = instead ? [instead] : portsOf(missing);
  if (missing.some(({ pm2_env }) => others.includes(Number(pm2_env.GEO_SYSTEM_PORT))))
    return `${notOn(port, others, since)}; it does not use Node's own server, so it cannot be moved: let it read PORT, or set handover to "stop-start"`;
  return withAdvice(port, others, since);
}

function notOn(port, others, since) {
  const said = `it did not listen on port ${port} within ${seconds(since)}`;
  return others.length > 0 ? `${said}: it listens on ${others.join(" and ")}, and PORT was ${port}` : said;
}

function withAdvice(port, others, since) {
  if (others.length === 0) return notOn(port, others, since);
  const which = others.length === 1 ? String(others[0]) : "the one that serves WebSocket";
  return `${notOn(port, others, since)}; set backendPort to ${which}, or let it read PORT`;
}

/**
 * Starts an application and waits until it serves.
 *
 * @throws why it does not
 */
async function comesUp(app, run, ports, { patience, probation = 0 }) {
  const started = Date.now();
  const inCluster = isCluster(app) && ports.length === 1;
  const entries = inCluster
    ? await clusterOf(app, run, ports, patience)
    : await launch(app, run, ports, patience);
  const why = await whyNotServing(entries, { patience, probation, started });
  if (why) throw new Error(why);
}

/**
 * pm2 waits for each process of it to say that it listens (a native server says nothing). Where pm2 listens already, for a
 * release before, its socket tells nothing of one that is new there.
 */
async function clusterOf(app, run, ports, patience) {
  const started = Date.now();
  const shared = portsOfPm2().includes(ports[0]);
  const { strays, ask } = elsewhereInCluster(app, ports, patience);
  const starting = launch(app, run, ports, patience);
  const instead = await servesInstead(starting, ask, app.instances);
  if (instead) throw new Error(withAdvice(ports[0], [instead], started));
  const entries = await starting;
  if (Date.now() - started < patience || (!shared && entries.every(serves))) return entries;
  throw new Error(withAdvice(ports[0], strays(), started));
}

/** Undefined once pm2 is done. Of several processes it starts one after the other, which is not to be broken off. */
async function servesInstead(starting, ask, instances) {
  let done = false;
  let instead;
  const end = () => {
    done = true;
  };
  starting.then(end, end);
  while (!done && !(instead && instances === 1)) {
    instead ??= await ask();
    await delay(25);
  }
  return instead;
}

const isCluster = ({ exec_mode }) => /^cluster/.test(exec_mode);

module.exports = { comesUp, isCluster, whyNotServing };
