// What Pulumi runs.
import { bundled } from "./bundle.mjs";

// Pulumi maps the frames of a stack to `node_modules/@pulumi/resource.ts` and the like, and util.inspect of Node 20
// needs half a minute and a gigabyte for such a line: every error would cost that. Without the mapping it takes none.
Error.prepareStackTrace = undefined;

// Where the CLI was killed nobody reads what this program says, and Pulumi's SDK reports that as an error, for ever: it
// would fill the processor and the memory of the operator's machine. Nothing is left to be done then.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

const program = await bundled({ name: "program", entry: "infra/index.ts", folders: ["infra"] });

export default (await import(program)).default;
