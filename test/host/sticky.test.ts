import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../infra/settings/schema.ts";
import type { Outside } from "../support/second-machine.ts";
import { visit, visitedDuring, visitOnce } from "../support/socket-io.ts";
import { untilPrints, waitFor } from "../support/wait.ts";
import type { FixtureBackend, Seen } from "./support/backend.ts";
import { startBackendHost, type Users } from "./support/users.ts";

/*
 * Three instances of a real socket.io server, whose default client opens a session by several requests: nginx keeps each
 * client, by its address, at one of them, and a release is handed over so that no session is lost on the way.
 */
let backend: FixtureBackend;
let users: Users;
let outside: Outside;
let host: string;

const folder = fileURLToPath(new URL("fixtures/socket.io", import.meta.url));
const files = Object.fromEntries(
  ["server.js", "package.json", "package-lock.json"].map((name) => [
    name,
    readFileSync(join(folder, name), "utf8"),
  ]),
);
const sticky = { sticky: true, backendInstances: 3, websocketPath: "/socket.io" } satisfies Partial<Settings>;

const release = (name: string, line = "") =>
  backend.release(name, { ...files, "server.js": `${line}\n${files["server.js"]}` });
/** The instance that a client of this address meets, by a new connection. */
const met = async (from?: string): Promise<Seen> =>
  JSON.parse(await outside.exec(["curl", "-sf", ...(from ? ["--interface", from] : []), `http://${host}/`]));
const instanceOf = async (from?: string) => (await met(from)).env.NODE_APP_INSTANCE ?? "";

/** Every entry that pm2 has of the application: port, instance, number of starts by hand. */
async function instances() {
  const list = JSON.parse(await backend.host.run("pm2 jlist | tail -n 1")) as {
    name: string;
    pid: number;
    pm2_env: Record<string, unknown>;
  }[];
  return list.map(({ name, pm2_env: { PORT, NODE_APP_INSTANCE, exec_mode } }) =>
    [name, PORT, NODE_APP_INSTANCE, exec_mode].join(" "),
  );
}
const onPorts = (...ports: number[]) => ports.map((port, i) => `geo-backend ${port} ${i} fork_mode`);

async function expectClean() {
  expect(await backend.check()).toBe("unchanged");
  expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
  expect(await backend.timers()).toBe("");
}

const addresses = Array.from({ length: 8 }, (_, i) => i);

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("sticky", sticky));
  host = backend.host.address;
  outside = await backend.host.outside();
  for (const i of addresses) await outside.exec(["ip", "address", "add", `${from(i)}/24`, "dev", "eth0"]);
  await backend.apply(await release("one"));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

/** Addresses of the second machine beside its own, which no host has. */
const from = (i: number) => host.replace(/\d+$/, String(240 + i));

describe("three sticky instances", () => {
  it("have ports and numbers of their own, and one name for a person", async () => {
    expect(await instances()).toEqual(onPorts(3000, 3002, 3004));
    await backend.login("pm2 restart geo-backend");
    await untilPrints(
      (c) => backend.host.run(c),
      "sudo geo-system backend instances",
      /met 3 of 3 instances/,
    );
    expect(await backend.login("pm2 logs geo-backend --lines 20 --nostream")).toMatch(
      /(release one listens[\s\S]*){6}/,
    );
    expect(await instances()).toEqual(onPorts(3000, 3002, 3004));
    await expectClean();
  });

  it("let default clients in, who upgrade", async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => visitOnce(host)))).toEqual(
      Array(20).fill(undefined),
    );
    using visitor = visit(host);
    await waitFor("the upgrade", () => visitor.socket.io.engine?.transport?.name === "websocket");
  });

  it("answer a request that they refuse in their own words, with their own status", async () => {
    const refused = `http://${host}/socket.io/?EIO=4&transport=pigeon`;
    const said = await outside.exec(["curl", "-s", "-w", " %{http_code}", refused]);
    expect(said).toMatch(/Transport unknown.* 400$/);
  });

  it("keep the clients of an address over all their connections, and share the addresses among them", async () => {
    const first = await Promise.all(addresses.map((i) => instanceOf(from(i))));
    for (const _ of [1, 2, 3])
      expect(await Promise.all(addresses.map((i) => instanceOf(from(i))))).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });
});

describe("a release", () => {
  it("loses no client and no session on its way", async () => {
    using upgraded = visit(host);
    using polling = visit(host, ["polling"]);
    await waitFor("both clients", () => upgraded.hellos.length > 0 && polling.hellos.length > 0);
    const two = await release("two");
    const { made, failures, answer } = await visitedDuring(host, () =>
      users.unnoticed(() => backend.start(two)),
    );
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(20);
    expect(answer).toMatch(/met 3 of 3 instances/);
    // The session that only polls is known to the release before alone.
    expect(await polling.socket.emitWithAck("echo", "still there")).toBe("still there");
    expect([polling, upgraded].map(({ hellos }) => hellos.length)).toEqual([1, 1]);
    const confirmed = await visitedDuring(host, () => users.unnoticed(() => backend.confirm()));
    expect(confirmed.failures).toEqual([]);
    await waitFor("both clients on the new release", () =>
      [polling, upgraded].every(({ hellos }) => hellos.at(-1)?.release === "two"),
    );
    expect([...polling.refusals, ...upgraded.refusals]).toEqual([]);
    expect(await instances()).toEqual(onPorts(3001, 3003, 3005));
    await expectClean();
  });

  it("of which one instance is ill meets no client", async () => {
    const ill = `if (process.env.NODE_APP_INSTANCE === "1") JSON.parse = () => { throw new Error("ill"); };`;
    const bad = await release("bad", ill);
    const { failures, answer } = await visitedDuring(host, () => users.unnoticed(() => backend.refused(bad)));
    expect(failures).toEqual([]);
    expect(answer).toMatch(/instance 2 of 3 \(process \d+, port 3002\): it failed the handshake at token/);
    expect(await instances()).toEqual(onPorts(3001, 3003, 3005));
    expect((await met()).release).toBe("two");
  });
});

describe("an instance that is down", () => {
  it("passes its clients on to the others, each to one, until it is back", async () => {
    const before = await Promise.all(addresses.map((i) => instanceOf(from(i))));
    const lost = before[0] as string;
    await backend.host.run(`pm2 stop $(pm2 jlist | tail -n 1 | node -e '
      const list = JSON.parse(require("fs").readFileSync(0));
      console.log(list.find(({ pm2_env }) => pm2_env.NODE_APP_INSTANCE === "${lost}").pm_id)')`);
    const during = await Promise.all(addresses.map((i) => instanceOf(from(i))));
    expect(during.filter((instance, i) => instance !== before[i]).length).toBe(
      before.filter((instance) => instance === lost).length,
    );
    expect(during).not.toContain(lost);
    expect(await Promise.all(addresses.map((i) => instanceOf(from(i))))).toEqual(during);
    expect(await Promise.all(Array.from({ length: 9 }, () => visitOnce(host)))).toEqual(
      Array(9).fill(undefined),
    );
    expect(await backend.host.fails("sudo geo-system backend check")).toMatch(
      /geo-backend (is stopped, as pm2 says|runs and does not listen)/,
    );
    await backend.apply(await release("two"));
    await backend.login("pm2 restart geo-backend");
    await expectClean();
  });
});

describe("a release on other ports", () => {
  it.each<[string, Partial<Settings>, number[]]>([
    [
      "with fewer instances",
      { backendPort: 4000, backendStandbyPort: 4001, backendInstances: 2 },
      [4000, 4002],
    ],
    [
      "with more, of which the present ones have some ports",
      { backendPort: 4002, backendStandbyPort: 4003 },
      [4003, 4005, 4007],
    ],
  ])("%s loses no client and no session on its way", async (name, changes, ports) => {
    using upgraded = visit(host);
    using polling = visit(host, ["polling"]);
    await waitFor("both clients", () => upgraded.hellos.length > 0 && polling.hellos.length > 0);
    const next = await release(name);
    const { failures } = await visitedDuring(host, () =>
      users.unnoticed(async () => {
        await backend.applySite(changes);
        // While nginx reloads, old workers meet sessions that the next release has begun.
        expect(await backend.host.run("cat /etc/nginx/geo-system/upstream-former-?.conf")).toMatch(
          new RegExp(`upstream geo_system_former {\\s+hash .*\\s+server 127.0.0.1:${ports[0]} `),
        );
        await backend.start(next, changes);
      }),
    );
    expect(failures).toEqual([]);
    // The session that only polls is known to the release before alone.
    expect(await polling.socket.emitWithAck("echo", "still there")).toBe("still there");
    expect([polling, upgraded].map(({ hellos }) => hellos.length)).toEqual([1, 1]);
    const confirmed = await visitedDuring(host, () => users.unnoticed(() => backend.confirm()));
    expect(confirmed.failures).toEqual([]);
    await waitFor("both clients on the new release", () =>
      [polling, upgraded].every(({ hellos }) => hellos.at(-1)?.release === name),
    );
    expect([...polling.refusals, ...upgraded.refusals]).toEqual([]);
    expect(await instances()).toEqual(onPorts(...ports));
    await expectClean();
  });
});
