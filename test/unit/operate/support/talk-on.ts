// A program of its own, so that a test can be its reader and go: talks on, works, and ends by a code that it means.
import { writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { outliveReader } from "../../../../operate/outlive-reader.ts";

outliveReader();
for (let line = 0; line < 20; line++) {
  console.log(`line ${line}`);
  console.error(`line ${line}`);
  await setTimeout(10);
}
await writeFile(process.argv[2] as string, "done");
process.exitCode = 1;
