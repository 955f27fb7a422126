#!/usr/bin/env node
// `npm create geo-system [FOLDER]`: asks what is not said by an option, and writes a Pulumi project of a few lines.
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nextSteps, writeProject } from "./project.mjs";
import { answers, questions } from "./questions.mjs";

const usage = `Usage: npm create geo-system [FOLDER] -- [OPTIONS]

Writes a Pulumi project that makes a host serve a WebSocket backend. What no option says is asked.

  --stack NAME      name of its first stack (default: prod)
${questions.map(({ option, says }) => `  --${option.padEnd(14)} ${says}`).join("\n")}
  --yes             do not ask: what is not given has its default`;

try {
  process.exitCode = await create(process.argv.slice(2));
} catch (error) {
  console.error(`create-geo-system: ${error.message}`);
  process.exitCode = 2;
}

async function create(args) {
  const text = { type: "string" };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(questions.map(({ key }) => [key, text])),
      ...{ stack: text, yes: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    },
  });
  if (values.help) return console.log(usage) ?? 0;
  if (positionals.length > 1) throw new Error(`expected one folder, found ${positionals.join(", ")}`);
  const folder = resolve(positionals[0] ?? "geo-host");
  const { stack = "prod", yes = false, ...given } = values;
  const config = await answers(given, yes);
  writeProject({ folder, name: nameOf(folder), stack, config });
  console.log(nextSteps({ folder, stack, config }));
  return 0;
}

function nameOf(folder) {
  const name = basename(folder);
  if (/^[A-Za-z0-9_.-]{1,100}$/.test(name)) return name;
  throw new Error(`the folder names the project: expected letters, digits, - _ and . only, found ${name}`);
}
