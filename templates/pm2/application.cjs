// What step `backend` asks of pm2, through pm2's own API: its command line takes half a second for every question.
//   node application.cjs start FILE SECONDS  start what FILE says in place of what has its name, prove it, save
//   node application.cjs serves NAME PORT   exit 0 when it is online and listens
//   node application.cjs save               let the next boot bring back what runs now
//   node application.cjs show NAME          print as JSON how pm2 would bring it back
//   node application.cjs restore < JSON     bring that back, save
//   node application.cjs remove NAME        end it and say so, save
//   node application.cjs retire             end a pm2 that runs nothing
//   node application.cjs allows RANGE …     exit 0 when this Node is in all of these ranges
// Run by the user of the application. Exit code 1: the last line of stderr says why not.
const { execFileSync } = require("node:child_process");
const { existsSync, readFileSync, realpathSync, writeFileSync } = require("node:fs");
const { dirname, resolve } = require("node:path");
const { setTimeout: delay } = require("node:timers/promises");
const { promisify } = require("node:util");

/** How long a backend must live on when it listens, in milliseconds. */
const probation = 500;

const home = resolve(dirname(realpathSync("/usr/local/bin/pm2")), "..");
const fromPm2 = (name) => require(require.resolve(name, { paths: [home] }));
const lazyPm2 = () => require(home);

/** Calls a method of pm2's API. */
const ask = (method, ...words) => {
  const pm2 = lazyPm2();
  return promisify(pm2[method].bind(pm2))(...words);
};

const named = async (name) => (await ask("list")).filter((application) => application.name === name);

async function start(file, patience) {
  const { apps } = require(file);
  const port = apps[0].env.PORT;
  await drop(apps[0].name);
  refuseTaken(port);
  await ask("start", apps);
  const [application] = await named(apps[0].name);
  const why = await whyNotServing(application?.pid, port, patience * 1000);
  if (why) {
    await drop(apps[0].name);
    throw new Error(why);
  }
  await save();
}

async function serves(name, port) {
  const [application] = await named(name);
  if (!application) throw new Error(`pm2 knows no application ${name}`);
  const { status } = application.pm2_env;
  if (status !== "online") throw new Error(`pm2 says of ${name}: ${status}`);
  if (!listens(application.pid, port)) throw new Error(`${name} runs and does not listen on port ${port}`);
}

const save = () => ask("dump");

async function remove(name) {
  if ((await named(name)).length === 0) return;
  await drop(name);
  console.log(`ended ${name}`);
  // Also when nothing is left: otherwise the next boot would bring the application back.
  await ask("dump", true);
}

async function drop(name) {
  for (const { pm_id } of await named(name)) await ask("delete", pm_id);
}

const dumpFile = () => `${process.env.HOME}/.pm2/dump.pm2`;
const readDump = () => (existsSync(dumpFile()) ? JSON.parse(readFileSync(dumpFile(), "utf8")) : []);

async function show(name) {
  await ask("dump", true);
  console.log(JSON.stringify(readDump().filter((application) => application.name === name)));
}

async function restore() {
  const former = JSON.parse(readFileSync(0, "utf8"));
  writeFileSync(dumpFile(), JSON.stringify([...readDump(), ...former], null, 2));
  await ask("resurrect");
}

async function retire() {
  if ((await ask("list")).length === 0) await ask("killDaemon");
}

function allows(...ranges) {
  const { satisfies } = fromPm2("semver");
  const unmet = ranges.find((range) => !satisfies(process.version, range));
  if (unmet) throw new Error(`expected a Node of ${unmet}, found ${process.version}`);
}

/** Why the process that pm2 has just started does not serve; nothing when it does. pm2 says `online` of any process. */
async function whyNotServing(pid, port, patience) {
  const started = Date.now();
  const after = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  while (!listens(pid, port)) {
    if (!lives(pid)) return `it ended after ${after()}, before it listened on port ${port}`;
    if (Date.now() - started > patience) return `it did not listen on port ${port} within ${after()}`;
    await delay(25);
  }
  await delay(probation);
  if (!listens(pid, port)) return `it listened on port ${port} and ended after ${after()}`;
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether the process, or a child of it, listens there: something else on that port must not pass for it. */
function listens(pid, port) {
  return listeners(port).some((listener) => descends(listener, pid));
}

function refuseTaken(port) {
  const output = sockets(port);
  if (output) throw new Error(`port ${port} is taken by something else: ${output.split("\n")[0]}`);
}

const listeners = (port) => [...sockets(port).matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));

const sockets = (port) => execFileSync("ss", ["-Hltnp", `sport = :${port}`], { encoding: "utf8" }).trim();

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

const verbs = { start, serves, save, show, restore, remove, retire, allows };

async function main([verb, ...words]) {
  if (verb === "allows") return allows(...words);
  await ask("connect");
  await verbs[verb](...words);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error([error].flat()[0]?.message ?? error);
    process.exit(1);
  },
);
