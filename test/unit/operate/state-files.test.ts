import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { StateFiles, stateFolder } from "../../../operate/state-files.ts";

const folder = mkdtempSync(join(tmpdir(), "状态 state-"));
const state = new StateFiles(folder, "geo-system", "prod");
const write = (path: string, content: unknown) => {
  const file = join(folder, ".pulumi", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
};

it("a stack that was never used is free, and nothing is pending", () => {
  expect(state.holders()).toEqual([]);
  expect(state.pendingCreates()).toEqual([]);
});

it("says who holds a stack, and whether they are gone", async () => {
  const ended = execa("true");
  await ended;
  const gone = ended.pid;
  const at = { username: "root", timestamp: "2026-01-01T00:00:00Z" };
  const lock = "locks/organization/geo-system/prod";
  write(`${lock}/a.json`, { ...at, pid: process.pid, hostname: hostname() });
  write(`${lock}/b.json`, { ...at, pid: gone, hostname: hostname() });
  write(`${lock}/c.json`, { ...at, pid: gone, hostname: "another machine" });
  write("locks/organization/geo-system/other/a.json", { ...at, pid: process.pid, hostname: hostname() });
  expect(state.holders().map(({ gone }) => gone)).toEqual([false, true, false]);
});

it("names what a run that was cut off was making", () => {
  const operation = (type: string, name: string) => ({
    type,
    resource: { urn: `urn:pulumi:prod::geo-system::a:b:C$command:remote:Command::${name}` },
  });
  const pending_operations = [operation("creating", "geo-backend"), operation("deleting", "geo-site")];
  write("stacks/geo-system/prod.json", { checkpoint: { latest: { pending_operations } } });
  expect(state.pendingCreates()).toEqual(["geo-backend"]);
});

it("names the notes beside the state that a killed run left empty", () => {
  const note = "stacks/geo-system/prod.json.attrs";
  write(note, { "user.content_type": "application/json" });
  expect(state.brokenNotes()).toEqual([]);
  writeFileSync(join(folder, ".pulumi", note), "");
  expect(state.brokenNotes()).toEqual([join(folder, ".pulumi", note)]);
});

it("knows where state lies in files, and leaves other backends alone", () => {
  expect(stateFolder({ PULUMI_BACKEND_URL: "file:///srv/a%20b?no_tmp_dir=true" })).toBe("/srv/a b");
  expect(stateFolder({ PULUMI_BACKEND_URL: "file://~/state" })).toBe(join(homedir(), "state"));
  expect(stateFolder({ PULUMI_BACKEND_URL: "s3://bucket" })).toBeUndefined();
});
