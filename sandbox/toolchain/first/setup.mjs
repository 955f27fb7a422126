import { join } from "node:path";
import { parseArgs } from "node:util";
import { withLock } from "./lock.mjs";
import { installPackages, packagesMatch } from "./npm.mjs";
import { ownFolder, pulumiHome, pulumiHomeToExport, root } from "./places.mjs";
import { run } from "./run.mjs";
import { isReady, writeStamp } from "./stamp.mjs";

const usage = `Usage: npm run setup [-- --packages | --refresh]

Makes ready what the other commands need: the npm packages of package-lock.json, the Pulumi CLI with its Node
language host, and the plug-ins command and tls. What is there already is used as it is.

  --packages  the npm packages alone, for commands that ask no Pulumi stack
  --refresh   look at everything again; official plug-ins then replace the project's own where they can be had
  --help      this text`;

export async function setup(args) {
  try {
    const { help, packages, refresh } = options(args);
    if (help) console.log(usage);
    else if (packages) await preparePackages();
    else if (refresh || !(packagesMatch() && isReady())) await prepare(refresh);
    return 0;
  } catch (error) {
    if (error.message) console.error(error.message);
    return error.exitCode ?? 1;
  }
}

function options(args) {
  try {
    const boolean = { type: "boolean" };
    return parseArgs({ args, options: { help: boolean, packages: boolean, refresh: boolean } }).values;
  } catch (error) {
    throw Object.assign(new Error(`${error.message}\n\n${usage}`), { exitCode: 2 });
  }
}

async function preparePackages() {
  if (packagesMatch()) return;
  await alone(join(root, ".build", "setup-lock"), root, async () => {
    if (!packagesMatch()) await installPackages();
  });
}

async function prepare(refresh) {
  await preparePackages();
  await alone(join(ownFolder(), "lock"), pulumiHome(), async () => {
    if (!refresh && isReady()) return;
    // It says itself what went wrong.
    const secondStage = ["--import", "tsx", "sandbox/toolchain/setup.ts"];
    await run(process.execPath, secondStage, { failure: "", channel: true });
    writeStamp();
  });
  sayWhatToExport();
}

// `npm run …` sets it by itself.
function sayWhatToExport() {
  const differs = pulumiHomeToExport();
  if (!differs) return;
  console.error(
    `HOME is ${differs.home}, and the home in passwd is ${differs.inPasswd}, by which Pulumi's CLI goes. ` +
      `Before a plain \`npx pulumi\`: ${differs.line}`,
  );
}

function alone(lock, place, work) {
  return withLock(lock, work, {
    onWait: ({ pid, host, since }) =>
      console.error(
        `Another set-up (process ${pid} on ${host}, since ${since}) is at work on ${place}; waiting for it …`,
      ),
  });
}
