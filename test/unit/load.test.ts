import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";

/** As Pulumi's SDK does it: what is wrong is said, and that it could not be said is wrong again. */
const program = `
  process.on("uncaughtException", (error) => console.error(error));
  await import(${JSON.stringify(join(packageRoot, "infra/load.mjs"))});
  setInterval(() => console.error("still there"), 10);
`;

it("the program ends when nobody hears it any more, because the CLI was killed", async () => {
  const run = execa(process.execPath, ["--input-type=module", "--eval", program], {
    reject: false,
    buffer: false,
    timeout: 60_000,
  });
  run.stdout.destroy();
  run.stderr.once("data", () => run.stderr.destroy());
  const { exitCode, timedOut } = await run;
  expect([exitCode, timedOut]).toEqual([1, false]);
}, 60_000); // the first load bundles the program
