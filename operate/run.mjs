// `node operate/run.mjs COMMAND …`: the commands that an operator wants an answer from at once.
import { bundled } from "../infra/bundle.mjs";

const [command] = process.argv.splice(2, 1);

await import(
  await bundled({
    name: command,
    entry: `operate/${command}/main.ts`,
    folders: ["infra", "operate", "sandbox"],
  })
);
