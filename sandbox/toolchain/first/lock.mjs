/*
 * A lock between processes. It is a folder of numbered entries, and the highest number is the holder. A lock
 * whose holder died is taken over by making the next number, which only one process can; nothing that another
 * process may have made in the meantime is ever removed, as it would be with a single file.
 */
import { randomBytes } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const heartbeat = 10_000;

export async function withLock(folder, work, { onWait, poll = 300 } = {}) {
  const entry = await acquire(folder, onWait, poll);
  const beat = setInterval(() => utimesSync(entry, new Date(), new Date()), heartbeat).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    put(entry, { released: true });
  }
}

async function acquire(folder, onWait, poll) {
  mkdirSync(folder, { recursive: true });
  for (let told = false; ; ) {
    const { entry, holder } = attempt(folder);
    if (entry) return entry;
    if (holder && !told) {
      onWait?.({ ...holder, folder });
      told = true;
    }
    await pause(holder ? poll : 0);
  }
}

// Either the entry that is ours now, or who holds the lock, or neither when another process was quicker.
function attempt(folder) {
  const last = highest(folder);
  const holder = last && read(join(folder, String(last)));
  if (last && !holder) return {};
  if (holder && isAlive(holder)) return { holder };
  const entry = join(folder, String(last + 1));
  if (!create(entry)) return {};
  if (highest(folder) !== last + 1) {
    rmSync(entry);
    return {};
  }
  for (const number of numbers(folder))
    if (number <= last) rmSync(join(folder, String(number)), { force: true });
  return { entry };
}

function numbers(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function highest(folder) {
  return Math.max(0, ...numbers(folder));
}

function create(entry) {
  const draft = write(entry, self());
  try {
    linkSync(draft, entry);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function put(entry, content) {
  renameSync(write(entry, content), entry);
}

function write(entry, content) {
  const draft = `${entry}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, JSON.stringify(content));
  return draft;
}

function read(entry) {
  try {
    return { ...JSON.parse(readFileSync(entry, "utf8")), touched: statSync(entry).mtimeMs };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

export function self() {
  return {
    pid: process.pid,
    started: startOf(process.pid),
    machine: machine(),
    host: hostname(),
    since: new Date().toISOString(),
  };
}

export function isAlive(holder) {
  if (holder.released) return false;
  // A process elsewhere (a container, a shared home) cannot be asked; it shows that it lives by its heartbeat.
  if (holder.machine !== machine()) return Date.now() - holder.touched < 6 * heartbeat;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return false;
    if (error.code !== "EPERM") throw error;
  }
  return startOf(holder.pid) === holder.started;
}

// Process numbers mean something within one process namespace of one machine only.
function machine() {
  return `${hostname()} ${onLinux(() => readlinkSync("/proc/self/ns/pid"))}`;
}

// Tells a process from a later one with the same number, after a reboot as well.
function startOf(pid) {
  return onLinux(() => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  });
}

function onLinux(question) {
  try {
    return question();
  } catch {
    // Another system, or a process that has just ended: both are answered by its number alone.
    return "";
  }
}
