// A new release takes the place of the old one, and no client is turned away. By one of two ways:
//   leave    the old one leaves its port (preload.cjs) and keeps its connections, and the new one starts there:
//     1. beside    the new one runs on the other set of ports, which nginx takes when the port refuses
//     2. handOver  the old one leaves, the new one starts in its place
//   switch   the old one cannot leave its port, or must not share its clients with two new processes:
//     1. aside     the new one runs on the other set of ports, under the name of the application
//     2. nginx takes that set first: see backend-switch.sh
// Then, for both, retire.cjs ends the old one; or stepBack undoes it all.
const { setTimeout: delay } = require("node:timers/promises");
const { ask, drop, named, ofOtherRuns, ofRun, standbyOf } = require("./pm2.cjs");
const { comesUp, isCluster, whyNotServing } = require("./serving.cjs");
const { leavesPort } = require("./signals.cjs");
const { freed, listens, lives, portOf, refuseTaken, serves, within } = require("./sockets.cjs");

/** How long a process has to leave its port, in milliseconds. */
const leaveTime = 2_000;
/** How long a process has to listen again: pm2 starts one that crashed after at most 15 s. */
const returnTime = 20_000;
const rejoinTime = 500;
/** The exit code that tells the step to let nginx do it. */
const cannotLeave = 3;

const signal = (entries, name) => {
  for (const { pid } of entries) if (lives(pid)) process.kill(pid, name);
};

/** Starts the release on the standby ports, under a name of its own, and waits until it listens. */
async function beside(app, ports, patience) {
  const name = standbyOf(app.name);
  await drop(await named(name));
  refuseTaken(ports);
  // One process proves as much as many. It is not started again: a crash must be seen.
  const standby = { ...app, name, ...(app.instances && { instances: 1 }), autorestart: false };
  await comesUp(standby, "standby", ports.slice(0, 1), { patience });
}

/** Starts the release on these ports under its own name, beside what has that name, and waits until it listens. */
async function aside(app, run, ports, patience) {
  await drop([...(await named(standbyOf(app.name))), ...(await ofRun(app.name, run))]);
  refuseTaken(ports);
  await comesUp(app, run, ports, { patience });
}

/** Fails when what was started has ended since, or does so within the time that is left of `seconds`. */
async function endure(entries, seconds) {
  const age = Date.now() - Math.min(...entries.map(({ pm2_env }) => pm2_env.pm_uptime));
  const why = await whyNotServing(entries, { probation: Math.max(0, seconds * 1000 - age) });
  if (why) throw new Error(`it was started, and did not live for ${seconds} s: ${why}`);
}

async function handOver(app, run, ports, patience) {
  const { name } = app;
  const old = await ofOtherRuns(name, run);
  await drop(await ofRun(name, run)); // of a run that was cut short
  const share = isCluster(app) && old.every(({ pm2_env }) => isCluster(pm2_env));
  if (!share) await leavePorts(old, ports);
  try {
    await comesUp(app, run, ports, { patience });
  } catch (error) {
    await stepBack(name, run, ports);
    throw error;
  }
  // The new ones have joined by now. Left by all, the socket would close, and with it what it has just accepted.
  if (share) signal(old, "SIGURG");
}

/** Whether all that run under a name leave their ports when they are asked to. */
const canLeave = async (name) => (await named(name)).every(leavesPort);

/** @throws where they stay, `exitCode` says so */
async function leavePorts(entries, wanted) {
  // One that was started by hand may have its port in its code, and no PORT.
  const ports = new Set([...entries.map(portOf).filter(Boolean), ...wanted]);
  signal(entries, "SIGURG");
  if (await freed([...ports], leaveTime)) return;
  signal(entries, "SIGCONT");
  throw Object.assign(new Error(`the process before does not leave port ${wanted.join(", ")}`), {
    exitCode: cannotLeave,
  });
}

/** Both may have been restarted in the middle, and the old one first at the port: it leaves it once more. */
async function insist(name, run) {
  const fresh = await ofRun(name, run);
  if (fresh.length === 0) throw new Error(`pm2 knows no application ${name} of run ${run}`);
  if (fresh.every(serves)) return;
  const ports = [...new Set(fresh.map(portOf))];
  const inTheWay = (await ofOtherRuns(name, run)).filter((entry) => ports.includes(portOf(entry)));
  if (inTheWay.length > 0) await leavePorts(inTheWay, ports);
  await Promise.all(fresh.map(({ pm_id }) => ask("restart", pm_id).catch(unlessStarted)));
  // Asked again each time: an entry that pm2 has just started may meet the port still taken, and is started once more.
  if (await within(returnTime, async () => allServe(await ofRun(name, run)))) return;
  throw new Error(
    `it was restarted, and does not listen on port ${ports.join(", ")} again within ${returnTime / 1000} s`,
  );
}

const allServe = (entries) => entries.length > 0 && entries.every(serves);

/** pm2 itself may start it in the same moment, as it does with what ended; whether it serves is asked next. */
function unlessStarted(error) {
  if (!/already exists/.test([error].flat()[0]?.message ?? error)) throw error;
}

/** What ran before serves again on these ports, its connections untouched, and what came after it goes. */
async function stepBack(name, run, ports) {
  const [old, fresh] = [await ofOtherRuns(name, run), await ofRun(name, run)];
  if (old.length === 0) throw new Error("nothing of what ran before is left");
  const share = [...old, ...fresh].every(({ pm2_env }) => isCluster(pm2_env));
  // In cluster mode pm2 listens for all of them, so its socket does not tell who takes part.
  if (share || !old.some((entry) => onOneOf(entry, ports))) await returnTo(old, fresh, ports, share);
  const back = await within(returnTime, () => old.some((entry) => onOneOf(entry, ports)));
  await drop([...(await ofRun(name, run)), ...(await named(standbyOf(name)))]);
  if (!back) throw new Error(`${name} as it was before does not listen on port ${ports.join(", ")} again`);
}

const onOneOf = (entry, ports) => ports.some((port) => listens(entry, port));

async function returnTo(old, fresh, ports, share) {
  if (share) await rejoin(old);
  signal(fresh, "SIGURG");
  if (!share && fresh.length > 0 && !(await freed(ports, leaveTime))) await drop(fresh);
  signal(old, "SIGCONT");
}

/** Processes of a cluster take part in the socket again before the others leave it; pm2 does not tell when they do. */
async function rejoin(entries) {
  signal(entries, "SIGCONT");
  await delay(rejoinTime);
}

module.exports = { ...{ aside, beside, canLeave, endure, handOver, insist, stepBack }, signal };
