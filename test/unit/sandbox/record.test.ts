import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import { readRecord, type SandboxRecord, writeRecord } from "../../../sandbox/host/record.ts";

let at: string;
vi.mock("../../../sandbox/host/paths.ts", () => ({ filesOf: () => ({ record: join(at, "info.json") }) }));
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), "record 中文 "));
});

const record: SandboxRecord = {
  name: "shop",
  address: "198.18.0.10",
  port: 22,
  user: "ubuntu",
  keyPath: "/key",
  hostKey: "ssh-ed25519 AAAA",
  layers: ["/base"],
};

it("a record is written in one move, and read as it was", () => {
  writeRecord(record);
  expect(readRecord("shop")).toEqual(record);
  expect(readdirSync(at)).toEqual(["info.json"]);
});

it.each(["", '{ "name": "sh', "null", "{}"])(
  "a record that holds %j is that of a host never finished",
  (text) => {
    writeFileSync(join(at, "info.json"), text);
    expect(readRecord("shop")).toBeUndefined();
  },
);
