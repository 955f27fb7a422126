// Whether a process that does not listen on its port yet is waited for in vain, because it serves WebSocket on another.
// One that has only its metrics there may be slow to start, and is waited for.
const { randomBytes } = require("node:crypto");
const { request } = require("node:http");
const { portsOf, portsOfPm2, serves } = require("./sockets.cjs");

/** How long it must have listened elsewhere, in milliseconds. */
const settledTime = 3_000;
const everyMs = 500;
const answerTime = 2_000;

/** @returns asks, again and again: the port on which one of these entries serves instead; it says once what it sees */
function elsewhere(entries, patience) {
  const strays = () => portsOf(entries.filter((entry) => !serves(entry)));
  return asking(strays, entries[0]?.pm2_env, patience, (port) => isItsOwn(entries, port));
}

/**
 * The same of an application that is about to start in cluster mode, where pm2 itself listens for its processes: on ports
 * that it did not have before. `strays` are all of these.
 */
function elsewhereInCluster(app, ports, patience) {
  const known = new Set([...portsOfPm2(), ...ports]);
  const strays = () => portsOfPm2().filter((port) => !known.has(port));
  return { strays, ask: asking(strays, { ...app.env, PORT: ports[0] }, patience) };
}

function asking(strays, environment, patience, isOwn = () => false) {
  const since = new Map();
  const asked = new Set();
  let due = 0;
  return async () => {
    if (Date.now() < due) return undefined;
    due = Date.now() + everyMs;
    for (const port of settled(strays(), since).filter((port) => !asked.has(port))) {
      if (asked.size === 0) note(environment, port, patience);
      asked.add(port);
      if (isOwn(port) || (await upgrades(port, environment.WS_PATH))) return port;
    }
  };
}

/** Those that have been open for a while. */
function settled(ports, since) {
  for (const port of ports) if (!since.has(port)) since.set(port, Date.now());
  return ports.filter((port) => Date.now() - since.get(port) >= settledTime);
}

/** The port that is configured, though it was given another one. */
const isItsOwn = (entries, port) => entries.some(({ pm2_env }) => Number(pm2_env.GEO_SYSTEM_PORT) === port);

function note({ PORT }, port, patience) {
  const most = Math.round(patience / 1000);
  console.log(`note: it listens on ${port}, and not yet on PORT ${PORT}: waited for, ${most} s at most`);
}

/** Asked as a browser and a client of socket.io ask. */
const upgrades = (port, path = "/") =>
  new Promise((resolve) => {
    const headers = {
      ...{ Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" },
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    };
    const place = { host: "localhost", port, path: `${path}?EIO=4&transport=websocket` };
    const question = request({ ...place, headers, timeout: answerTime });
    const end = (answer) => {
      question.destroy();
      resolve(answer);
    };
    question
      .on("upgrade", (_, socket) => {
        socket.destroy();
        end(true);
      })
      .on("response", () => end(false))
      .on("timeout", () => end(false))
      .on("error", () => end(false))
      .end();
  });

module.exports = { elsewhere, elsewhereInCluster };
