// A program of its own, so that a test can send it signals: runs a program that says which ones it hears.
import { runToTheEnd } from "../../../../operate/run-to-the-end.ts";

const listener = `
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => console.log("heard " + signal));
  process.stdin.on("end", () => process.exit(Number(process.argv[1]))).resume();
  console.log("ready");`;

process.exitCode = await runToTheEnd("node", ["-e", listener, process.argv[2] as string], {
  cwd: process.cwd(),
  env: process.env,
});
console.log("after");
