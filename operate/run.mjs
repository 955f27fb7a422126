// `node operate/run.mjs COMMAND …`: the commands that an operator wants an answer from at once.
import { load } from "../infra/bundle.mjs";
import { commands } from "./commands.mjs";

const [name] = process.argv.splice(2, 1);

await load({ name, entry: commands[name].entry, folders: ["infra", "operate", "sandbox", "bench"] });
