// Who listens on a port of this host, and which connections a process holds.
const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { setTimeout: delay } = require("node:timers/promises");

const ss = (...words) => execFileSync("ss", ["-Htnp", ...words], { encoding: "utf8", maxBuffer: 1 << 28 });
const listening = (port) => ss("-l", `sport = :${port}`).trim();
const pids = (text) => [...text.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));

/** How many clients these entries serve, on the ports that their environment names. */
function connections(entries) {
  const ports = new Set(entries.flatMap(({ pm2_env }) => pm2_env.PORT ?? []));
  if (ports.size === 0) return 0;
  const wanted = new Set(entries.map(({ pid }) => pid));
  const filter = [...ports].map((port) => `sport = :${port}`).join(" or ");
  const lines = ss("state", "established", `( ${filter} )`).split("\n");
  return lines.filter((line) => pids(line).some((pid) => wanted.has(pid))).length;
}

/** Whether the process of an entry listens there: something else on that port must not pass for it. */
function listens({ pid, pm2_env }, port) {
  if (!lives(pid)) return false;
  // In cluster mode pm2 itself holds the socket, and hands out what comes in.
  const owner = pm2_env.exec_mode === "cluster_mode" ? parent(pid) : pid;
  return pids(listening(port)).some((listener) => descends(listener, owner));
}

function refuseTaken(port) {
  const taken = listening(port);
  if (taken) throw new Error(`port ${port} is taken by something else: ${taken.split("\n")[0]}`);
}

/** Waits until nothing listens there; false when something still does in the end. */
const freed = (port, milliseconds) => within(milliseconds, () => !listening(port));

async function within(milliseconds, holds) {
  const end = Date.now() + milliseconds;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() > end) return false;
    await delay(25);
  }
}

/** The TCP ports on which these entries listen, each once. */
function portsOf(entries) {
  const owners = entries.map(({ pid }) => pid);
  const lines = ss("-l").split("\n");
  const theirs = lines.filter((line) =>
    pids(line).some((pid) => owners.some((owner) => descends(pid, owner))),
  );
  return [...new Set(theirs.map((line) => Number(/:(\d+)\s/.exec(line)?.[1])))];
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch {
    return false;
  }
}

function descends(pid, ancestor) {
  for (let at = pid; at > 1; at = parent(at)) if (at === ancestor) return true;
  return false;
}

function parent(pid) {
  try {
    // After the name, which may hold blanks and brackets: state, then the parent.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")[1]);
  } catch {
    return 0; // It has ended.
  }
}

module.exports = { connections, listens, lives, portsOf, refuseTaken, freed, within };
