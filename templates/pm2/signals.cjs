// Which signals a process has a handler for, as the kernel tells. Node installs one only where the code listens for it.
const { readFileSync, readlinkSync } = require("node:fs");
const { basename } = require("node:path");
const { constants } = require("node:os");
const { quietly } = require("./sockets.cjs");

const preload = "/geo-system/preload.cjs";

/**
 * Whether a process leaves its port when it is asked to: it has loaded preload.cjs, and listens by Node's own server.
 * Its command line does not tell, since pm2 writes a title over it.
 */
function leavesPort({ pid, pm2_env }) {
  return String(pm2_env.node_args).includes(preload) && handles(pid, "SIGURG");
}

/**
 * Whether a process asks its clients to reconnect on SIGWINCH: `yes`, `no`, or `unknown`, since other runtimes than Node
 * (Go's) have a handler for every signal, and what it does cannot be told.
 */
function asksClients({ pid }) {
  if (!handles(pid, "SIGWINCH")) return "no";
  const program = quietly(() => readlinkSync(`/proc/${pid}/exe`)) ?? "";
  return /^node\b/.test(basename(program)) ? "yes" : "unknown";
}

/** Of connections that have all left: whether the processes asked them to, by what {@link asksClients} says of each. */
function whyLeft(asks) {
  if (asks.includes("yes")) return "were asked to reconnect, and left";
  if (asks.includes("unknown"))
    return "left the old process; whether it asked them to reconnect is not known";
  return "left the old process by themselves: it does not ask its clients to reconnect";
}

function handles(pid, signal) {
  const status = quietly(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  const caught = BigInt(`0x${/^SigCgt:\s*(\S+)$/m.exec(status)?.[1] ?? "0"}`);
  return (caught & (1n << BigInt(constants.signals[signal] - 1))) !== 0n;
}

module.exports = { asksClients, leavesPort, whyLeft };
