// What step `backend` asks of pm2.
//   node application.cjs start FILE RUN SECONDS     start what FILE says in place of what has its name, prove it
//   node application.cjs beside FILE PORT SECONDS   start it on the standby port, beside what has its name
//   node application.cjs endure NAME PORT SECONDS   exit 0 when the standby lives on until it is so old
//   node application.cjs fate NAME PORT [RUN]       exit 0 when it serves; else say how it ended
//   node application.cjs hand-over FILE RUN SECONDS start what FILE says; what runs leaves its port and stays
//   node application.cjs insist NAME RUN PORT       exit 0 when RUN listens there, if need be by what hand-over does
//   node application.cjs step-back NAME RUN PORT    what ran before RUN serves again, RUN and the standby end
//   node application.cjs retire NAME RUN SECONDS    what is not of RUN asks its clients to come back, and ends
//   node application.cjs serves NAME PORT [RUN]     exit 0 when it is online and listens; PORT `own`: where it was told to
//   node application.cjs settled NAME PORT RUN      the same, and no other process of NAME is left
//   node application.cjs instances NAME [RUN]       print its processes, `PID@PORT` one a line
//   node application.cjs save NAME RUN              let the next boot bring back what runs now, of NAME only this run
//   node application.cjs show NAME                  print as JSON how pm2 would bring it back
//   node application.cjs restore < JSON             bring that back, save
//   node application.cjs remove NAME                end it and say so, save
//   node application.cjs idle                       end a pm2 that runs nothing
//   node application.cjs allows RANGE …             exit 0 when this Node is in all of these ranges
// Run by the user of the application. Exit code 1: the last line of stderr says why not.
const { readFileSync } = require("node:fs");
const pm2 = require("./pm2.cjs");
const handover = require("./handover.cjs");
const { whyNotServing } = require("./serving.cjs");
const { listens, refuseTaken } = require("./sockets.cjs");

/** How long a backend must live on when it listens, in milliseconds. */
const probation = 500;

/** The one application of an ecosystem file. */
const read = (file) => require(file).apps[0];

async function start(file, run, patience) {
  const app = read(file);
  const old = [...(await pm2.named(app.name)), ...(await pm2.named(pm2.standbyOf(app.name)))];
  if (!old.some((entry) => listens(entry, app.env.PORT))) refuseTaken(app.env.PORT); // before anybody is dropped
  await pm2.drop(old);
  refuseTaken(app.env.PORT);
  const entries = await pm2.launch(app, run, patience * 1000);
  const why = await whyNotServing(entries, app.env.PORT, { patience: patience * 1000, probation });
  if (!why) return;
  await pm2.drop(await pm2.named(app.name));
  throw new Error(why);
}

async function serves(name, port, run) {
  const entries = await (run ? pm2.ofRun(name, run) : pm2.named(name));
  if (entries.length === 0) throw new Error(`pm2 knows no application ${name}${run ? ` of run ${run}` : ""}`);
  const offline = entries.find(({ pm2_env }) => pm2_env.status !== "online");
  if (offline) throw new Error(`${name} is ${offline.pm2_env.status}, as pm2 says`);
  const wanted = ({ pm2_env }) => (port === "own" ? (pm2_env.PORT ?? 0) : port);
  if (!entries.some((entry) => listens(entry, wanted(entry))))
    throw new Error(`${name} runs and does not listen on port ${port}`);
}

/** Why what was just started no longer serves: a process that ended is reported a moment later. */
async function fate(name, port, run) {
  const entries = await (run ? pm2.ofRun(name, run) : pm2.named(name));
  const why = await whyNotServing(entries, port, { patience: 200, probation: 200 });
  if (why) throw new Error(why);
}

/** Serves, and nothing of a handover is left beside it. */
async function settled(name, port, run) {
  await serves(name, port, run);
  const others = [...(await pm2.ofOtherRuns(name, run)), ...(await pm2.named(pm2.standbyOf(name)))];
  const left = others.map((entry) => `${entry.name} (pm2 id ${entry.pm_id})`).join(", ");
  if (left) throw new Error(`left behind by a handover: ${left}`);
}

/** Of an application in the middle of a handover only the one that serves: two would fight for the port. */
async function save(name, run) {
  const entries = (await pm2.ask("list")).filter(
    (entry) =>
      !entry.pm2_env.pmx_module &&
      entry.name !== pm2.standbyOf(name) &&
      (entry.name !== name || !run || entry.pm2_env.namespace === run),
  );
  pm2.writeDump(entries.map(pm2.asDumped));
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

async function remove(name) {
  const entries = [...(await pm2.named(name)), ...(await pm2.named(pm2.standbyOf(name)))];
  if (entries.length === 0) return;
  await pm2.drop(entries);
  console.log(`ended ${name}`);
  await save(name); // Also when nothing is left: otherwise the next boot would bring the application back.
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
  ...{ start, serves, fate, settled, instances, save, show, restore, remove, idle },
  beside: (file, port, patience) => handover.beside(read(file), port, patience * 1000),
  endure: handover.endure,
  "hand-over": (file, run, patience) => handover.handOver(read(file), run, patience * 1000),
  insist: handover.insist,
  "step-back": handover.stepBack,
  retire: (name, run, seconds) => handover.retire(name, run, Number(seconds)),
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
    process.exit(1);
  },
);
