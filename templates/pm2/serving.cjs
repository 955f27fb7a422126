// Why what pm2 has just started does not serve; pm2 says `online` of any process.
const { setTimeout: delay } = require("node:timers/promises");
const { named } = require("./pm2.cjs");
const { listens, lives, portsOf } = require("./sockets.cjs");

/**
 * What keeps these entries from serving on a port, in words; nothing when they serve.
 *
 * @param patience milliseconds for them to listen, since they were started
 * @param probation milliseconds that they must live on then
 */
async function whyNotServing(entries, port, { patience = 0, probation = 0, started = Date.now() }) {
  const all = (holds) => entries.length > 0 && entries.every(holds);
  while (!all((entry) => listens(entry, port))) {
    if (!all(({ pid }) => lives(pid))) return `${await ended(entries)}, before it listened on port ${port}`;
    if (Date.now() - started > patience) return `${notListening(port, started)}${elsewhere(entries, port)}`;
    await delay(25);
  }
  const end = Date.now() + probation;
  while (Date.now() < end) {
    await delay(Math.min(100, probation));
    if (!all((entry) => listens(entry, port)))
      return `it listened on port ${port}, and ${await ended(entries)}`;
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const notListening = (port, since) => `it did not listen on port ${port} within ${seconds(since)}`;

/** `it ended with exit code 3 after 1.4 s`: what pm2 saw of it. Of an end by a signal pm2 keeps nothing. */
async function ended(entries) {
  const [gone] = entries.filter(({ pid }) => !lives(pid));
  if (!gone) return "it stopped listening";
  const after = seconds(gone.pm2_env.pm_uptime);
  const now = (await named(gone.name)).find(({ pm_id }) => pm_id === gone.pm_id);
  const code = now?.pm2_env.exit_code;
  return code ? `it ended with exit code ${code} after ${after}` : `it ended after ${after}`;
}

/** Where it listens instead: its port is in its code, or it reads it from somewhere else. */
function elsewhere(entries, port) {
  const [own] = entries.map(({ pm2_env }) => Number(pm2_env.GEO_SYSTEM_PORT));
  const others = portsOf(entries);
  if (others.length === 0) return "";
  const found = `: it listens on ${others.join(" and ")}, and PORT was ${port}`;
  if (others.includes(own))
    return `${found}; not through Node's own server, so it cannot be moved: let it read PORT, or set handoverSeconds to 0`;
  return `${found}; ${others.length === 1 ? `set backendPort to ${others[0]}, or let it read PORT` : "set backendPort to the one that serves WebSocket, or let it read PORT"}`;
}

module.exports = { whyNotServing, ended };
