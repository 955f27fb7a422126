// What step `backend` asks of pm2.
//   node application.cjs start FILE RUN PORTS SECONDS     start what FILE says in place of what has its name, prove it
//   node application.cjs beside FILE PORTS SECONDS        start it on the standby ports, beside what has its name
//   node application.cjs aside FILE RUN PORTS SECONDS     the same, as the application itself: nginx leads there next
//   node application.cjs endure NAME SECONDS [RUN]        exit 0 when it lives on until it is so old
//   node application.cjs fate NAME [RUN]                  exit 0 when it serves; else say how it ended
//   node application.cjs hand-over FILE RUN PORTS SECONDS start what FILE says; what runs leaves its port and stays
//                                                         exit 3 when it does not leave
//   node application.cjs insist NAME RUN                  exit 0 when RUN listens, if need be by what hand-over does
//   node application.cjs step-back NAME RUN PORTS         what ran before RUN serves again, RUN and the standby end
//   node application.cjs retire NAME RUN SECONDS LIMIT HOW  what is not of RUN asks its clients to reconnect, and ends
//   node application.cjs serves NAME PORTS [RUN]          exit 0 when it is online and listens; PORTS `own`: as it was told
//   node application.cjs can-leave NAME                   exit 0 when it leaves its port as soon as it is asked to
//   node application.cjs free NAME PORTS                  exit 0 when nothing but NAME listens on any of these ports
//   node application.cjs settled NAME PORTS RUN           it serves, and no other process of NAME is left
//   node application.cjs instances NAME [RUN]             print its processes, `PID@PORT` one a line
//   node application.cjs save NAME RUN [OTHER …]    let the next boot bring back what runs now, of NAME only this run;
//                                                   of OTHER what it would have brought back before
//   node application.cjs show NAME                  print as JSON how pm2 would bring it back
//   node application.cjs restore < JSON             bring that back, save
//   node application.cjs remove NAME [OTHER …]      end it and say so, save
//   node application.cjs idle                       end a pm2 that runs nothing
//   node application.cjs allows RANGE …             exit 0 when this Node is in all of these ranges
// PORTS is one set: 3000, or 3000,3002 where every process has a port of its own.
// Run by the user of the application. Exit code 1: the last line of stderr says why not.
const { readFileSync } = require("node:fs");
const pm2 = require("./pm2.cjs");
const handover = require("./handover.cjs");
const { retire } = require("./retire.cjs");
const { comesUp, whyNotServing } = require("./serving.cjs");
const { freed, listens, portOf, refuseTaken, serves: servesOwn } = require("./sockets.cjs");

/** How long a backend must live on when it listens, in milliseconds. */
const probation = 500;

/** The one application of an ecosystem file. */
const read = (file) => require(file).apps[0];
const list = (ports) => ports.split(",").map(Number);
/** What has this name, or of it what one run started. */
const entriesOf = (name, run) => (run ? pm2.ofRun(name, run) : pm2.named(name));

async function start(file, run, ports, patience) {
  const app = read(file);
  const old = [...(await pm2.named(app.name)), ...(await pm2.named(pm2.standbyOf(app.name)))];
  // Before anything is dropped.
  refuseTaken(list(ports).filter((port) => !old.some((entry) => listens(entry, port))));
  await pm2.drop(old);
  await freed(list(ports), probation);
  refuseTaken(list(ports));
  try {
    await comesUp(app, run, list(ports), { patience: patience * 1000, probation });
  } catch (error) {
    await pm2.drop(await pm2.named(app.name));
    throw error;
  }
}

async function serves(name, ports, run) {
  const entries = await entriesOf(name, run);
  if (entries.length === 0) throw new Error(`pm2 knows no application ${name}${run ? ` of run ${run}` : ""}`);
  const offline = entries.find(({ pm2_env }) => pm2_env.status !== "online");
  if (offline) throw new Error(`${name} is ${offline.pm2_env.status}, as pm2 says`);
  if (ports === "own" ? entries.some(servesOwn) : silent(entries, ports) === undefined) return;
  throw new Error(`${name} runs and does not listen on port ${silent(entries, ports)}`);
}

/** The first of these ports, or of its own, on which none of the entries listens. */
const silent = (entries, ports) =>
  (ports === "own" ? entries.map(portOf) : list(ports)).find(
    (port) => !entries.some((entry) => listens(entry, port)),
  );

async function free(name, ports) {
  const entries = await pm2.named(name);
  refuseTaken(list(ports).filter((port) => !entries.some((entry) => listens(entry, port))));
}

async function canLeave(name) {
  if (!(await handover.canLeave(name))) throw new Error(`${name} does not leave its port`);
}

/** Why what was just started no longer serves: a process that ended is reported a moment later. */
async function fate(name, run) {
  const why = await whyNotServing(await entriesOf(name, run), { patience: 200, probation: 200 });
  if (why) throw new Error(why);
}

/** Serves, and nothing of a handover is left beside it. */
async function settled(name, ports, run) {
  await serves(name, ports, run);
  const others = [...(await pm2.ofOtherRuns(name, run)), ...(await pm2.named(pm2.standbyOf(name)))];
  const left = others.map((entry) => `${entry.name} (pm2 id ${entry.pm_id})`).join(", ");
  if (left) throw new Error(`left behind by a handover: ${left}`);
}

/** Of an application in the middle of a handover only the one that serves: two would fight for the port. */
async function save(name, run, ...others) {
  const left = new Set([pm2.standbyOf(name), ...others, ...others.map(pm2.standbyOf)]);
  const entries = (await pm2.ask("list")).filter(
    (entry) =>
      !entry.pm2_env.pmx_module &&
      !left.has(entry.name) &&
      (entry.name !== name || !run || entry.pm2_env.namespace === run),
  );
  const kept = pm2.readDump().filter((entry) => others.includes(entry.name));
  pm2.writeDump([...entries.map(pm2.asDumped), ...kept]);
}

async function instances(name, run) {
  for (const { pid, pm2_env } of await (run ? pm2.ofRun(name, run) : pm2.named(name)))
    console.log(`${pid}@${pm2_env.PORT}`);
}

async function show(name) {
  console.log(JSON.stringify((await pm2.named(name)).map(pm2.asDumped)));
}

async function restore() {
  const former = JSON.parse(readFileSync(0, "utf8"));
  pm2.writeDump([...pm2.readDump(), ...former]);
  await pm2.ask("resurrect");
}

async function remove(name, ...others) {
  const entries = [...(await pm2.named(name)), ...(await pm2.named(pm2.standbyOf(name)))];
  if (entries.length === 0) return;
  await pm2.drop(entries);
  console.log(`ended ${name}`);
  await save(name, undefined, ...others); // Also when nothing is left: otherwise the next boot would bring the application back.
}

async function idle() {
  if ((await pm2.ask("list")).length === 0) await pm2.ask("killDaemon");
}

function allows(...ranges) {
  const { satisfies } = pm2.fromPm2("semver");
  const unmet = ranges.find((range) => !satisfies(process.version, range));
  if (unmet) throw new Error(`expected a Node of ${unmet}, found ${process.version}`);
}

const verbs = {
  ...{ start, serves, fate, free, settled, instances, save, show, restore, remove, idle },
  "can-leave": canLeave,
  beside: (file, ports, patience) => handover.beside(read(file), list(ports), patience * 1000),
  aside: (file, run, ports, patience) => handover.aside(read(file), run, list(ports), patience * 1000),
  endure: async (name, seconds, run) => handover.endure(await entriesOf(name, run), Number(seconds)),
  "hand-over": (file, run, ports, patience) =>
    handover.handOver(read(file), run, list(ports), patience * 1000),
  insist: handover.insist,
  "step-back": (name, run, ports) => handover.stepBack(name, run, list(ports)),
  retire: (name, run, seconds, limit, how) => retire(name, run, Number(seconds), Number(limit), how),
};

async function main([verb, ...words]) {
  if (verb === "allows") return allows(...words);
  await pm2.ask("connect");
  await verbs[verb](...words);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error([error].flat()[0]?.message ?? error);
    process.exit(error?.exitCode ?? 1);
  },
);
