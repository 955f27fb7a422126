import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FixtureBackend, fixture } from "./support/backend.ts";
import { result } from "./support/served-host.ts";
import { answers, startBackendHost, type User, type Users } from "./support/users.ts";

/*
 * Releases that must never meet a user. Whatever is wrong with them, the same process serves on, and who is connected
 * to it stays.
 */
let backend: FixtureBackend;
let users: Users;
let there: User;
let pid: number;

const real = readFileSync(join(fixture, "server.js"), "utf8");
/** A release that does something before the fixture's own code. */
const spoilt = (line: string) => backend.release("bad", { "server.js": `${line}\n${real}` });

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("gate"));
  await backend.apply(await backend.release("good"));
  there = await users.connect();
  ({ pid } = await backend.seen());
});
afterAll(async () => {
  there?.socket.terminate();
  await backend?.host[Symbol.asyncDispose]();
});

async function expectUntouched() {
  expect(await backend.seen()).toMatchObject({ release: "good", pid });
  expect(await answers(there)).toBe(true);
  expect(await backend.applications()).toEqual(["geo-backend"]);
  expect(await backend.timers()).toBe("");
}

describe("a release that", () => {
  it.each([
    [
      "throws at its start",
      'throw new Error("no database");',
      /it ended with exit code 1 after .*, before it listened on port 3001/,
      /\| .*no database/,
    ],
    [
      "exits after two seconds",
      'setTimeout(() => { console.log("farewell"); process.exit(0); }, 2000);',
      /it was started, and did not live for 2.5 s/,
      /\| farewell/,
    ],
    [
      "never listens",
      'require("net").Server.prototype.listen = () => setInterval(() => console.log("not today"), 500);',
      /it did not listen on port 3001 within 5\.\d s/,
      /\| not today/,
    ],
    [
      "listens elsewhere",
      "process.env.PORT = 3999;",
      /it did not listen on port 3001 within 5\.\d s/,
      /\| release bad listens/,
    ],
    [
      "refuses the token",
      'JSON.parse = ((parse) => (text) => ({ ...parse(text), token: "another" }))(JSON.parse);',
      /it failed the handshake at token: the backend refused the token \(1008 bad token\)/,
      /\| release bad listens/,
    ],
    [
      "ends at its first client",
      'const { Server } = require("http"), { emit } = Server.prototype; Server.prototype.emit = function (name, ...words) { if (name !== "connection") return emit.call(this, name, ...words); console.log("too much"); process.exit(1); };',
      /it failed the handshake at upgrade/,
      /\| too much/,
    ],
    [
      "serves well beside the old one, and not on its port",
      'if (process.env.PORT === "3000") throw new Error("not here");',
      /it ended with exit code 1 after .*, before it listened on port 3000/,
      /\| .*not here/,
    ],
  ])("%s meets no user: the old one serves on", async (_, line, why, words) => {
    backend.patience = { ...backend.patience, patience: 5, probation: 2.5 };
    const said = await users.unnoticed(async () => backend.refused(await spoilt(line)));
    expect(said).toMatch(why);
    expect(said).toMatch(words);
    expect(said).toMatch(
      /reverted: release [0-9a-f]{12} did not come up: .*; release [0-9a-f]{12} serves on/,
    );
    await expectUntouched();
  });

  it("does not install meets no user", async () => {
    const manifest = readFileSync(join(fixture, "package.json"), "utf8").replace('"8.23.0"', '"7.0.0"');
    const lock = readFileSync(join(fixture, "package-lock.json"), "utf8").replace("MIT", "Other");
    const files = { "package.json": manifest, "package-lock.json": lock };
    const said = await users.unnoticed(async () => backend.refused(await backend.release("bad", files)));
    expect(said).toContain("cannot be installed; the running release goes on");
    await expectUntouched();
  });

  it("came right after all of these serves, and is the one that was there", async () => {
    expect(result(await backend.apply(await backend.release("good")))).toBe("unchanged");
    expect(await backend.check()).toBe("unchanged");
    await expectUntouched();
  });
});
