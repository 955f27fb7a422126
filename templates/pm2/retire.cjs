// The end of a process that a new release has replaced: its clients are asked to reconnect, and it ends when they have.
const { openSync, readSync, statSync } = require("node:fs");
const { setTimeout: delay } = require("node:timers/promises");
const { signal } = require("./handover.cjs");
const { drop, named, ofOtherRuns, standbyOf } = require("./pm2.cjs");
const { asksClients, whyLeft } = require("./signals.cjs");
const { connections } = require("./sockets.cjs");

/** How long clients who were all asked to reconnect may take to leave, in milliseconds. */
const grace = 5_000;
/** The share of them that must have left for the deadline to move. */
const progress = 0.01;

/**
 * Ends what is not of this run: when it has no clients left, at the latest `seconds` and a grace after. As long as its
 * clients are asked and go on leaving it gets more time, up to `limit` seconds in all. `at-once`: it ends now where it
 * would not ask them.
 */
async function retire(name, run, seconds, limit, how) {
  const leaving = [...(await ofOtherRuns(name, run)), ...(await named(standbyOf(name)))];
  if (leaving.length === 0) return;
  const asked = connections(leaving);
  const asks = leaving.map(asksClients);
  signal(leaving, "SIGWINCH");
  const isDeaf = how === "at-once" && asks.every((answer) => answer === "no");
  const patience = isDeaf ? 0 : seconds * 1000 + grace;
  const most = asks.includes("yes") ? Math.max(limit * 1000, patience) : patience;
  const said = lastWords(name);
  const { left, took } = await untilTheyLeft(leaving, asked, patience, most);
  await drop(leaving);
  report({ asked, left, took, asks, words: left > 0 ? said() : [] });
}

/** Waits until no client is left; `patience` milliseconds after the last progress, and `most` in all. */
async function untilTheyLeft(leaving, asked, patience, most) {
  const start = Date.now();
  let [left, before, end] = [asked, asked, start + patience];
  while (left > 0 && Date.now() < end) {
    const counted = Date.now();
    left = connections(leaving);
    if (most > patience && before - left >= Math.max(1, asked * progress)) {
      before = left;
      end = Math.min(Math.max(end, Date.now() + grace), start + most);
    }
    // Counting many takes a processor that they need to leave.
    await delay(Math.max(100, 5 * (Date.now() - counted)));
  }
  return { left, took: Math.max(Date.now() - start, left > 0 ? patience : 0) };
}

function report({ asked, left, took, asks, words }) {
  if (asked === 0) return;
  if (left === 0) return console.log(`${asked} connections ${whyLeft(asks)}`);
  const when = took < 1000 ? "were cut" : `did not leave within ${Math.round(took / 1000)} s and were cut`;
  console.log(`of ${asked} connections, ${left} ${when}`);
  for (const line of words) console.log(`  | ${line}`);
}

/** What the backend's log says of connections that it cut, from now on. */
function lastWords(name) {
  const file = `${process.env.HOME}/.pm2/logs/${name}-out.log`;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return () => {
    const more = (statSync(file, { throwIfNoEntry: false })?.size ?? size) - size;
    if (more <= 0) return [];
    const text = Buffer.alloc(Math.min(more, 1 << 20));
    readSync(openSync(file, "r"), text, 0, text.length, size);
    return text
      .toString()
      .split("\n")
      .filter((line) => /\bcut(ting)?\b/i.test(line))
      .slice(0, 20);
  };
}

module.exports = { retire };
