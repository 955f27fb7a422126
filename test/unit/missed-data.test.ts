import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";

const script = join(packageRoot, "templates/scripts/backend-data.sh");

it("names what was written after it was copied: of a folder the paths in it, of a file its name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "missed 中文 "));
  const at = (path: string) => join(folder, path);
  for (const path of ["before/backend", "uploads/new"]) mkdirSync(at(path), { recursive: true });
  writeFileSync(at("before/backend/copied"), `${at("uploads")}\tuploads\n${at("keys.json")}\tkeys.json\n`);
  for (const [path, seconds] of Object.entries({
    ...{ "before/backend/copied-since": 2, "uploads/old.txt": 1, "uploads/new/one.txt": 3, "keys.json": 3 },
  })) {
    writeFileSync(at(path), "");
    utimesSync(at(path), seconds, seconds);
  }
  const run = `say() { printf '%s\\n' "$*"; }; set -eu; DATA_COPIED=$1/before/backend/copied APP_ROOT=/srv/app; . "$2"; backend_name_missed_data`;
  const { stdout } = await execa("bash", ["-c", run, "bash", folder, script]);
  const missed = (path: string, files: string) =>
    `after ${at(path)} was copied to /srv/app/shared/${path}, these files were written there: ${files} `;
  expect(stdout.split("\n")).toEqual([missed("uploads", "new/one.txt"), missed("keys.json", "keys.json")]);
});
