// What Node runs before Pulumi's SDK, where the CLI was started by a command of ours: see operate/run-pulumi.ts.
const { quickSdk } = require("./sdk.cjs");

// What the program starts in its turn, such as the build of a backend, is none of ours.
process.env.NODE_OPTIONS = process.env.NODE_OPTIONS?.replace(
  `--require ${JSON.stringify(__filename)}`,
  "",
).trim();

if (/[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run\b/.test(process.argv[1] ?? "")) {
  // As Pulumi.yaml says. The language host that set-up builds where the official one cannot be had does not read it, and the
  // SDK would load TypeScript's compiler.
  process.env.PULUMI_NODEJS_TYPESCRIPT = "false";
  quickSdk();
}
