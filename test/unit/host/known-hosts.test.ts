import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { findKnownHosts, knownHostsName, readKnownHosts } from "../../../infra/host/known-hosts.ts";
import { newKey } from "./support/sshd.ts";

const [a, b] = [newKey().public, newKey().public];
const keys = (text: string, name: string) => findKnownHosts(text, name).keys;

test("names: bare on port 22, in brackets with any other, always in small letters", () => {
  expect(knownHostsName("Geo.Example", 22)).toBe("geo.example");
  expect(knownHostsName("2001:DB8::1", 2222)).toBe("[2001:db8::1]:2222");
});

test("plain names, several on a line, comments, blank lines and broken lines", () => {
  const text = `# ${a}\n\ngeo.example,203.0.113.10 ${a} a comment\nother ${b}\ngeo.example ssh-ed25519 AAAArubbish\ngeo.example\n`;
  expect(keys(text, "203.0.113.10")).toEqual([a]);
  expect(keys(text, "geo.example")).toEqual([a]);
  expect(keys(text, "example")).toEqual([]);
});

test("capital letters in the file do not matter", () => {
  expect(keys(`Geo.Example ${a}`, "geo.example")).toEqual([a]);
});

test("a port counts", () => {
  const text = `[geo.example]:2222 ${a}\ngeo.example ${b}`;
  expect(keys(text, knownHostsName("geo.example", 2222))).toEqual([a]);
  expect(keys(text, knownHostsName("geo.example", 22))).toEqual([b]);
});

test("wildcards, and the names they leave out", () => {
  const text = `*.example,!bad.example,10.0.?.1 ${a}`;
  expect(keys(text, "geo.example")).toEqual([a]);
  expect(keys(text, "bad.example")).toEqual([]);
  expect(keys(text, "10.0.7.1")).toEqual([a]);
  expect(keys(text, "10.0.77.1")).toEqual([]);
  expect(keys(text, "geoxexample")).toEqual([]);
});

test("revoked keys are no keys, and of a certificate authority it is only told that there is one", () => {
  const text = `geo.example ${a}\n@revoked * ${a}\n@cert-authority *.example ${b}`;
  expect(findKnownHosts(text, "geo.example")).toEqual({ keys: [], revoked: [a], authority: true });
  expect(findKnownHosts(text, "elsewhere").authority).toBe(false);
});

test("the same key on two lines is one key", () => {
  expect(keys(`geo.example ${a}\n*.example ${a}`, "geo.example")).toEqual([a]);
});

test.runIf(existsSync("/usr/bin/ssh-keygen"))("names hashed by ssh-keygen -H", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "known-hosts-")), "known_hosts");
  await writeFile(file, `203.0.113.10 ${a}\n[geo.example]:2222 ${b}\n`);
  await promisify(execFile)("ssh-keygen", ["-H", "-f", file]);
  expect(await readFile(file, "utf8")).toMatch(/^\|1\|/);
  expect((await readKnownHosts([file], "203.0.113.10")).keys).toEqual([a]);
  expect((await readKnownHosts([file], "[geo.example]:2222")).keys).toEqual([b]);
  expect((await readKnownHosts([file], "geo.example")).keys).toEqual([]);
});

test("files that are not there say nothing; what cannot be read is an error", async () => {
  const folder = await mkdtemp(join(tmpdir(), "known-hosts-"));
  expect(await readKnownHosts([join(folder, "none")], "x")).toEqual({
    ...{ keys: [], revoked: [], authority: false },
  });
  await expect(readKnownHosts([folder], "x")).rejects.toThrow(`${folder} cannot be read: EISDIR`);
});
