import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

// Before each file of the unit tests: what it leaves in the folder for temporary files goes with it.
const before = process.env.TMPDIR;
const folder = mkdtempSync(join(tmpdir(), "unit-"));
process.env.TMPDIR = folder;

afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true });
});
