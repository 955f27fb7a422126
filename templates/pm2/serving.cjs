// Why what pm2 has just started does not serve; pm2 says `online` of any process.
const { setTimeout: delay } = require("node:timers/promises");
const { elsewhere } = require("./elsewhere.cjs");
const { named } = require("./pm2.cjs");
const { lives, portOf, portsOf, serves } = require("./sockets.cjs");

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
  const said = `it did not listen on port ${port} within ${seconds(since)}`;
  const others = instead ? [instead] : portsOf(missing);
  if (others.length === 0) return said;
  const found = `${said}: it listens on ${others.join(" and ")}, and PORT was ${port}`;
  if (missing.some(({ pm2_env }) => others.includes(Number(pm2_env.GEO_SYSTEM_PORT))))
    return `${found}; it does not use Node's own server, so it cannot be moved: let it read PORT, or set handover to "stop-start"`;
  const which = others.length === 1 ? String(others[0]) : "the one that serves WebSocket";
  return `${found}; set backendPort to ${which}, or let it read PORT`;
}

module.exports = { whyNotServing };
