// Which processes of this host listen on a port, and which connections they hold.
const { execFileSync } = require("node:child_process");
const { readdirSync, readFileSync, readlinkSync } = require("node:fs");
const { setTimeout: delay } = require("node:timers/promises");

const ss = (...words) => execFileSync("ss", ["-Htn", ...words], { encoding: "utf8", maxBuffer: 1 << 28 });
const listening = (port) => ss("-lp", `sport = :${port}`).trim();
const pids = (text) => [...text.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));

/** The port that an entry was given. */
const portOf = ({ pm2_env }) => Number(pm2_env.PORT ?? 0);

/**
 * How many clients these entries serve, on the ports that their environment names. `ss -p` would look at every open file
 * of the host: with many thousand connections that takes seconds. What a person started may have its port in its code.
 */
function connections(entries) {
  const ports = new Set(entries.flatMap((entry) => portOf(entry) || portsOf([entry])));
  if (ports.size === 0) return 0;
  const filter = [...ports].map((port) => `sport = :${port}`).join(" or ");
  const lines = ss("-e", "state", "established", `( ${filter} )`);
  const inodes = new Set([...lines.matchAll(/\bino:(\d+)/g)].map(([, inode]) => `socket:[${inode}]`));
  return family(entries).reduce((sum, pid) => sum + files(pid).filter((file) => inodes.has(file)).length, 0);
}

/** What a process has open; nothing of one that has ended. */
function files(pid) {
  const folder = `/proc/${pid}/fd`;
  const open = quietly(() => readdirSync(folder)) ?? [];
  return open.map((name) => quietly(() => readlinkSync(`${folder}/${name}`)));
}

/** The processes of these entries, and all that they started. */
function family(entries) {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const wanted = entries.map(({ pid }) => pid);
  return all.map(Number).filter((pid) => wanted.some((ancestor) => descends(pid, ancestor)));
}

/** Whether the process of an entry listens there: something else on that port must not pass for it. */
function listens({ pid, pm2_env }, port) {
  if (!lives(pid)) return false;
  // In cluster mode pm2 itself holds the socket, and hands out what comes in.
  const owner = pm2_env.exec_mode === "cluster_mode" ? parent(pid) : pid;
  return pids(listening(port)).some((listener) => descends(listener, owner));
}

/** Whether an entry listens where it was told to. */
const serves = (entry) => listens(entry, portOf(entry));

/** The TCP ports on which these entries listen, each once. */
function portsOf(entries) {
  const owners = entries.map(({ pid }) => pid);
  return portsHeld((pid) => owners.some((owner) => descends(pid, owner)));
}

/** Those on which pm2 itself listens, for what runs in cluster mode. */
function portsOfPm2() {
  const daemon = Number(quietly(() => readFileSync(`${process.env.HOME}/.pm2/pm2.pid`, "utf8")));
  return portsHeld((pid) => pid === daemon);
}

/** The TCP ports on which such processes listen, each once. */
function portsHeld(isTheirs) {
  const lines = ss("-lp").split("\n");
  const theirs = lines.filter((line) => pids(line).some(isTheirs));
  return [...new Set(theirs.map((line) => Number(/:(\d+)\s/.exec(line)?.[1])))];
}

function refuseTaken(ports) {
  for (const port of ports) {
    const taken = listening(port);
    if (taken) throw new Error(`port ${port} is taken by something else: ${taken.split("\n")[0]}`);
  }
}

/** Waits until nothing listens on any of these ports; false when something still does in the end. */
const freed = (ports, milliseconds) => within(milliseconds, () => !ports.some(listening));

async function within(milliseconds, holds) {
  const end = Date.now() + milliseconds;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() > end) return false;
    await delay(25);
  }
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

/** 0 of a process that has ended. */
function parent(pid) {
  // After the name, which may hold blanks and brackets: state, then the parent.
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat ? Number(stat.split(") ").at(-1).split(" ")[1]) : 0;
}

/** What /proc says; nothing of a process that ended meanwhile. */
function quietly(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

module.exports = {
  ...{ connections, listens, serves, portOf, portsOf, portsOfPm2, lives, quietly },
  refuseTaken,
  freed,
  within,
};
