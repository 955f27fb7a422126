// pm2's own API: its command line takes half a second for every question.
// An application may have several entries of one name at a time: the processes of one start share a `namespace`, the
// run, which tells an old one from a new one.
const { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, resolve } = require("node:path");
const { promisify } = require("node:util");
const { prepared } = require("./program.cjs");

const home = resolve(dirname(realpathSync("/usr/local/bin/pm2")), "..");
const fromPm2 = (name) => require(require.resolve(name, { paths: [home] }));

/** Calls a method of pm2's API. */
const ask = (method, ...words) => {
  const pm2 = require(home);
  return promisify(pm2[method].bind(pm2))(...words);
};

/** The name under which a new release proves itself, before it takes the place of the old one. */
const standbyOf = (name) => `${name}-standby`;

const named = async (name) => (await ask("list")).filter((entry) => entry.name === name);
const ofRun = async (name, run) => (await named(name)).filter(({ pm2_env }) => pm2_env.namespace === run);
const ofOtherRuns = async (name, run) =>
  (await named(name)).filter(({ pm2_env }) => pm2_env.namespace !== run);

/**
 * Starts an application beside those of the same name, which pm2 by itself would restart instead: on one port all its
 * processes, on several one process each. In cluster mode done when it listens, or after so many milliseconds: the
 * socket is pm2's own, and does not tell.
 */
async function launch(app, run, ports, patience) {
  const started = app.exec_mode === "cluster" ? { wait_ready: true, listen_timeout: patience } : {};
  for (const [instance, port] of ports.entries()) {
    const env = {
      ...app.env,
      PORT: String(port),
      ...(app.instance_var && { NODE_APP_INSTANCE: String(instance) }),
    };
    const entry = {
      ...prepared({ ...app, env }),
      ...started,
      ...(ports.length > 1 && alone),
      env,
      name: `${app.name}@${run}:${port}`,
      namespace: run,
    };
    await ask("start", [entry], { force_name: app.name });
  }
  return ofRun(app.name, run);
}

/** On ports of their own, also a release that was made for cluster mode. */
const alone = { exec_mode: "fork", instances: undefined };

async function drop(entries) {
  await Promise.all(entries.map(dropOne));
}

/** What is gone already is no failure: of a run that was killed a part may still be at work. */
async function dropOne({ pm_id, name }) {
  try {
    await ask("delete", pm_id);
  } catch (error) {
    if ((await named(name)).some((entry) => entry.pm_id === pm_id)) throw error;
  }
}

const dumpFile = () => `${process.env.HOME}/.pm2/dump.pm2`;
const readDump = () => (existsSync(dumpFile()) ? JSON.parse(readFileSync(dumpFile(), "utf8")) : []);

/** In one move: pm2 writes it in place, and a power cut in between would leave nothing to bring back. */
function writeDump(entries) {
  writeFileSync(`${dumpFile()}.new`, JSON.stringify(entries, null, 2));
  renameSync(`${dumpFile()}.new`, dumpFile());
}

/** An entry as pm2 itself would write it down. */
function asDumped({ pm2_env }) {
  const { instances, pm_id, ...rest } = pm2_env;
  return rest;
}

module.exports = {
  ...{ ask, fromPm2, standbyOf, named, ofRun, ofOtherRuns, launch, drop, readDump, writeDump, asDumped },
};
