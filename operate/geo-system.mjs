#!/usr/bin/env node
// `geo-system COMMAND …`: in a checkout from its sources, where the package is installed from dist/. Plain JavaScript,
// and nothing modern before the check: it runs on whatever Node is there.
import { existsSync, readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const checkout = existsSync(new URL("run.mjs", import.meta.url));
const wanted = manifest.engines.node.replace(">=", "");

if (process.versions.node.localeCompare(wanted, "en", { numeric: true }) < 0) {
  console.error(`Node ${wanted} or newer is needed, found ${process.versions.node} (${process.execPath}).`);
  process.exit(2);
}
const { usage, chosen } = await import("./usage.mjs");
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || name === "help" || name === "--help" || name === "-h")
  console.log(usage({ checkout }));
else if (name === "--version" || name === "-V") console.log(manifest.version);
else await start(name);

async function start(typed) {
  const { command, problem } = chosen(typed, { checkout });
  if (problem) {
    console.error(problem);
    process.exitCode = 2;
  } else if (checkout) await fromSources(command);
  else {
    process.argv.splice(2, process.argv.length, ...rest);
    await import(new URL(`../dist/operate/${typed}.mjs`, import.meta.url).href);
  }
}

// What set-up lacks is said by itself.
async function fromSources(command) {
  const { setup } = await import("../sandbox/toolchain/first/setup.mjs");
  process.exitCode = await setup(command.setup === "packages" ? ["--packages"] : []);
  if (process.exitCode === 0) await import("./run.mjs");
}
