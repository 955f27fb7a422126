import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type User, Users } from "../host/support/users.ts";
import { difference, inventory, makeByHand, snapshot } from "../support/hand-made/host.ts";
import { takeOver } from "../support/hand-made/take-over.ts";
import { TestHost } from "../support/host.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";

/*
 * A host that somebody set up by hand, by a guide, and its operator's way with the real CLI: the configuration that is read
 * from it, a preview, the first `up` with users connected, `destroy`.
 */
let stack: TestStack;
let host: TestHost;
let users: Users;
let held: User[];
/** The host as it was. */
let before: string[];

/** Seconds from the handshake to the end of the application that served: `handoverSeconds` and 5. */
const deadline = 7;
const application = "/home/ubuntu/geo-system";

beforeAll(async () => {
  stack = await TestStack.start("taken");
  host = new TestHost(stack.info());
  await makeByHand(host, "guide");
  before = await inventory(host);
  users = new Users(host.address);
  const { host: _, user: __, ...read } = (await takeOver(host)).config;
  await stack.configure({ ...read, backendSource: await ownCode(), handoverSeconds: deadline - 5 });
  held = await users.connectAll(12);
});
afterAll(() => stack?.[Symbol.asyncDispose]());

/** The operator's code: what runs there, but for its page, by which the two are told apart. */
async function ownCode(): Promise<string> {
  const folder = join(stack.files, "code");
  await mkdir(folder);
  for (const name of ["server.js", "package.json", "package-lock.json"]) {
    const text = await host.run(`cat ${application}/${name}`);
    await writeFile(join(folder, name), text.replace("by hand", "a release"));
  }
  return folder;
}

const page = async () => (await fetch(`http://${host.address}/`)).text();

it("the preview says what is found and what becomes of it, and changes nothing", async () => {
  const untouched = await snapshot(host);
  const output = await stack.must("preview");
  expect(output).toMatch(
    /found: application api runs under pm2 as ubuntu: process \d+ in \/home\/ubuntu\/geo-system, Node 22\.18\.0, port 3000, 12 connections\n/,
  );
  expect(output).toMatch(/reach: firewall: opens nothing/);
  expect(output).toMatch(/reach: the site geo-system that serves now is replaced/);
  expect(output).toMatch(
    /reach: application api of ubuntu's pm2 is taken over: 12 live connections stay until the deadline, 7 s after the handshake/,
  );
  expect(await snapshot(host)).toBe(untouched);
});

it("the `up` rejects no client, and cuts none before the deadline", async () => {
  let moved = Number.POSITIVE_INFINITY;
  const first = Promise.race(held.map(({ closed }) => closed)).then(() => performance.now());
  const output = await users.unnoticed(async () => {
    const up = stack.up();
    const serves = async () => expect(await page()).toBe("a release\n");
    await waitFor("the release to meet new clients", serves, { within: 120_000, every: 20 });
    moved = performance.now();
    return up;
  });
  expect(output).toContain("Handshake proven from outside");
  expect(output).toMatch(/of \d+ connections, \d+ did not leave within \d+ s and were cut/);
  expect((await first) - moved).toBeGreaterThan(deadline * 1000);
  expect(new Set((await Promise.all(held.map(({ closed }) => closed))).map(({ code }) => code))).toEqual(
    new Set([1006]),
  );
});

it("the next preview is clean, the first one after it", async () => {
  await stack.must("preview", "--expect-no-changes");
});

it("`destroy` gives the host back as it was, running, and rejects no client", async () => {
  await users.unnoticed(() => stack.must("destroy", "--yes", "--skip-preview"));
  expect(await page()).toBe("by hand\n");
  expect(difference(before, await inventory(host))).toEqual([]);
});
