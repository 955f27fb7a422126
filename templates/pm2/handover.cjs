// A new release takes the place of the old one, and nobody is turned away:
//   1. beside    the new one runs on the standby port, which nginx takes when the port of the application refuses
//   2. handOver  the old one leaves its port (preload.cjs) and keeps its connections; the new one starts there
//   3. retire    the old one asks its clients to come back, and ends when they have left;  or  stepBack  undoes 2
const { openSync, readSync, statSync } = require("node:fs");
const { setTimeout: delay } = require("node:timers/promises");
const { ask, drop, launch, named, ofOtherRuns, ofRun, standbyOf } = require("./pm2.cjs");
const { whyNotServing } = require("./serving.cjs");
const { connections, freed, listens, lives, refuseTaken, within } = require("./sockets.cjs");

/** How long a process has to leave its port, in milliseconds. */
const leaveTime = 2_000;
/** How long a process has to listen again: pm2 starts one that crashed after at most 15 s. */
const returnTime = 20_000;
const rejoinTime = 500;
/** How long clients who were all asked to come back may take to leave, in milliseconds. */
const grace = 5_000;

const signal = (entries, name) => {
  for (const { pid } of entries) if (lives(pid)) process.kill(pid, name);
};

/** Starts the release on the standby port, under a name of its own, and waits until it listens. */
async function beside(app, standbyPort, patience) {
  const name = standbyOf(app.name);
  await drop(await named(name));
  refuseTaken(standbyPort);
  // One process proves as much as many. It is not started again: a crash must be seen.
  const alone = { ...app, name, ...(app.instances && { instances: 1 }), autorestart: false };
  const standby = { ...alone, env: { ...app.env, PORT: String(standbyPort) } };
  const why = await comesUp(standby, "standby", standbyPort, patience);
  if (why) throw new Error(why);
}

/** Fails when the standby has ended since it was started, or does so within the time that is left of `seconds`. */
async function endure(name, standbyPort, seconds) {
  const entries = await named(standbyOf(name));
  const age = Date.now() - Math.min(...entries.map(({ pm2_env }) => pm2_env.pm_uptime));
  const why = await whyNotServing(entries, standbyPort, { probation: Math.max(0, seconds * 1000 - age) });
  if (why) throw new Error(`it was started, and did not live for ${seconds} s: ${why}`);
}

async function handOver(app, run, patience) {
  const { name, env } = app;
  const old = await ofOtherRuns(name, run);
  await drop(await ofRun(name, run)); // of a run that was cut short
  const share = isCluster(app) && old.every(({ pm2_env }) => isCluster(pm2_env));
  if (!share) await leavePort(old, env.PORT);
  const why = await comesUp(app, run, env.PORT, patience);
  // The new ones have joined by now. Left by all, the socket would close, and with it what it has just accepted.
  if (!why) return share ? signal(old, "SIGURG") : undefined;
  await stepBack(name, run, env.PORT);
  throw new Error(why);
}

const isCluster = ({ exec_mode }) => /^cluster/.test(exec_mode);

async function comesUp(app, run, port, patience) {
  const started = Date.now();
  const entries = await launch(app, run, patience);
  if (isCluster(app) && Date.now() - started >= patience)
    return `it did not listen on port ${port} within ${patience / 1000} s`;
  return whyNotServing(entries, port, { patience, started });
}

/** A process that cannot leave its port (its server is not Node's own) has to end, with all of its connections. */
async function leavePort(entries, port) {
  signal(entries, "SIGURG");
  if (await freed(port, leaveTime)) return;
  const cut = connections(entries);
  await drop(entries);
  console.log(`the process before cannot leave port ${port}: it was ended, and ${cut} connections were cut`);
  if (!(await freed(port, leaveTime))) refuseTaken(port);
}

/** Somebody restarted both in the middle, and the old one may have been first at the port: it leaves it once more. */
async function insist(name, run, port) {
  const fresh = await ofRun(name, run);
  if (fresh.length === 0) throw new Error(`pm2 knows no application ${name} of run ${run}`);
  if (allListen(fresh, port)) return;
  await leavePort(await ofOtherRuns(name, run), port);
  await Promise.all(fresh.map(({ pm_id }) => ask("restart", pm_id).catch(unlessStarted)));
  // Asked anew each time: an entry that pm2 has just started may meet the port still taken, and is started once more.
  if (await within(returnTime, async () => allListen(await ofRun(name, run), port))) return;
  throw new Error(
    `it was restarted, and does not listen on port ${port} again within ${returnTime / 1000} s`,
  );
}

const allListen = (entries, port) => entries.length > 0 && entries.every((entry) => listens(entry, port));

/** pm2 itself may start it in the same moment, as it does with what ended; whether it serves is asked next. */
function unlessStarted(error) {
  if (!/already exists/.test([error].flat()[0]?.message ?? error)) throw error;
}

/** What ran before listens again, its connections untouched, and what came after it goes. */
async function stepBack(name, run, port) {
  const [old, fresh] = [await ofOtherRuns(name, run), await ofRun(name, run)];
  if (old.length === 0) throw new Error(`nothing that ran before is there any more`);
  const share = [...old, ...fresh].every(({ pm2_env }) => isCluster(pm2_env));
  if (share) await rejoin(old);
  signal(fresh, "SIGURG");
  if (!share && fresh.length > 0 && !(await freed(port, leaveTime))) await drop(fresh);
  signal(old, "SIGCONT");
  const back = await within(returnTime, () => old.some((entry) => listens(entry, port)));
  await drop([...(await ofRun(name, run)), ...(await named(standbyOf(name)))]);
  if (!back) throw new Error(`${name} as it was before does not listen on port ${port} again`);
}

/** Processes of a cluster take part in the socket again before the others leave it; pm2 does not tell when they do. */
async function rejoin(entries) {
  signal(entries, "SIGCONT");
  await delay(rejoinTime);
}

/** Ends what is not of this run: when nobody is connected to it any more, at the latest `seconds` and a grace after. */
async function retire(name, run, seconds) {
  const leaving = [...(await ofOtherRuns(name, run)), ...(await named(standbyOf(name)))];
  if (leaving.length === 0) return;
  const asked = connections(leaving);
  signal(leaving, "SIGWINCH");
  const end = Date.now() + seconds * 1000 + grace;
  let left = asked;
  while (left > 0 && Date.now() < end) {
    await delay(100);
    left = connections(leaving);
  }
  const said = lastWords(name);
  await drop(leaving);
  report(asked, left, seconds + grace / 1000, left > 0 ? said() : []);
}

function report(asked, left, seconds, words) {
  if (asked === 0) return;
  if (left === 0) return console.log(`${asked} connections were asked to come back, and left`);
  console.log(`of ${asked} connections, ${left} did not leave within ${seconds} s and were cut`);
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

module.exports = { beside, endure, handOver, insist, stepBack, retire };
