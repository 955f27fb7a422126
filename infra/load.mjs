// What Pulumi runs.
import { load } from "./bundle.mjs";
import { quickSdk } from "./start/sdk.cjs";

// Pulumi maps the frames of a stack to `node_modules/@pulumi/resource.ts` and the like, and util.inspect of Node 20
// needs half a minute and a gigabyte for such a line: every error would cost that. Without the mapping it takes none.
Error.prepareStackTrace = undefined;

// Where the CLI was killed, no process reads what this program prints, and Pulumi's SDK reports that as an error, for ever: it
// would fill the processor and the memory of the operator's machine. Nothing is left to be done then.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

const began = { now: performance.now(), usage: process.cpuUsage() };
quickSdk();
const { default: declare } = await load({ name: "program", entry: "infra/index.ts", folders: ["infra"] });

// A program that ends before it has declared its resources must not pass for one that has none: Pulumi would delete them.
let declared = false;
process.on("exit", () => {
  if (!declared) process.exitCode ||= 1;
});

export default async function () {
  const outputs = await declare(began);
  declared = true;
  return outputs;
}
