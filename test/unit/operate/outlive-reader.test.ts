import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { outliveReader } from "../../../operate/outlive-reader.ts";

const fixture = fileURLToPath(new URL("support/talk-on.ts", import.meta.url));

test("a program whose readers go ends its work, by its own code and without a trace", async () => {
  const work = join(await mkdtemp(join(tmpdir(), "geo-reader-")), "work");
  const run = spawn("node", ["--import", "tsx", fixture, work], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(run, "exit");
  await once(run.stdout, "data");
  for (const stream of [run.stdout, run.stderr]) stream.destroy();
  expect(await ended).toEqual([1, null]);
  expect(await readFile(work, "utf8")).toBe("done");
});

test("another fault of a stream is one", () => {
  const stream = new PassThrough();
  outliveReader([stream]);
  const fault = (code: string) => () => stream.emit("error", Object.assign(new Error(code), { code }));
  expect(fault("EPIPE")).not.toThrow();
  expect(fault("ENOSPC")).toThrow("ENOSPC");
});
