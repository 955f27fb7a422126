import { readFileSync } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gatherFacts } from "../../infra/host/gather.ts";
import { exposedNotes } from "../../infra/preview/exposed.ts";
import { firewallPayload } from "../../infra/render/firewall.ts";
import { validate } from "../../infra/settings/validate.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { canary, difference, inventory, snapshot, startHandMade } from "../support/hand-made/host.ts";
import { takeOver } from "../support/hand-made/take-over.ts";
import { ends, TakeOver } from "../support/hand-made/taken.ts";
import type { TestHost } from "../support/host.ts";
import { untilPrints, waitFor } from "../support/wait.ts";
import { operator } from "./support/operator.ts";
import { settingsFor } from "./support/served-host.ts";

/* A host that was set up by hand, as the users' guide has it, and its operator before the take-over. */
let host: TestHost;
let change: TakeOver;
/** The host as it was. */
let before: string[];

beforeAll(async () => {
  host = await startHandMade("guide");
});
afterAll(() => host?.[Symbol.asyncDispose]());

it("prints a configuration that is valid and reproduces the host, and changes nothing", async () => {
  const before = await snapshot(host);
  const { exitCode, stdout, config } = await takeOver(host);
  expect(exitCode).toBe(0);
  expect(config).toMatchObject({
    host: host.address,
    user: "ubuntu",
    tls: "off",
    websocketPath: "/ws",
    backendPort: 3000,
    nodeVersion: "22.18.0",
    backendEnvironment: { GREETING: "hello" },
    backendShared: ["data", "uploads"],
  });
  expect(validate({ ...config, handshakeToken: "token" } as Parameters<typeof validate>[0])).toMatchObject({
    websocketPath: "/ws",
  });
  expect(stdout).toMatch(
    /application api runs under pm2 as ubuntu: process \d+ in \/home\/ubuntu\/geo-system/,
  );
  expect(stdout).toContain("backendShared: uploads holds 200.0 kB");
  expect(await snapshot(host)).toBe(before);
});

it("shows no secret, and each command moves one from the host as it is", async () => {
  const [text, json] = await Promise.all([takeOver(host), takeOver(host, "--json")]);
  expect(text.stdout + json.stdout).not.toContain(canary);
  const { secrets } = JSON.parse(json.stdout) as { secrets: string[] };
  const command = secrets.find((line) => line.endsWith("--path backendSecretEnvironment.DB_PASSWORD"));
  const [ssh = "", ...rest] = command?.split(" | ") ?? [];
  expect(rest).toEqual([
    "tr -d '\\0'",
    "npx pulumi config set --secret --path backendSecretEnvironment.DB_PASSWORD",
  ]);
  // The words after the login, as the operator's shell hands them on.
  const remote = /'(.*)'$/.exec(ssh)?.[1] ?? "";
  const { stdout } = await execa("ssh", [...sshArguments(host.info), remote]);
  expect(stdout.replaceAll("\0", "")).toBe(canary);
});

it("is warned of while its application listens on every address and ufw is off, and no longer once it is on", async () => {
  const url = `http://${host.address}:3000/`;
  const answer = async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).text();
  await host.run(`sed -i.kept 's/, "127.0.0.1")/)/' ${server} && pm2 restart api && sudo ufw disable`);
  expect(await waitFor("the application", answer)).toBe("by hand\n");
  expect(await firewallSaid()).toMatch(
    /^the backend's own port 3000 \(node[^)]*\) answers from outside, past nginx: ufw is inactive$/,
  );
  expect(await openPortsPreviewed()).toEqual([
    expect.stringMatching(
      /^ufw is not in force, so port 3000 \(node[^)]*\) may answer from outside until it is$/,
    ),
  ]);

  await host.run("sudo ufw --force enable");
  await expect(answer()).rejects.toThrow();
  expect([await firewallSaid(), await openPortsPreviewed()]).toEqual(["ufw active", []]);
  await host.run(`mv ${server}.kept ${server} && pm2 restart api`);
});

const server = "geo-system/server.js";

/** By diagnose, which has no stack to ask. */
async function firewallSaid(): Promise<string | undefined> {
  const { address, info } = host;
  const login = ["--identity", info.keyPath, "--host-key", info.hostKey];
  const asked = ["--url", `ws://${address}/ws`, "--application", "api", "--json"];
  const { hops } = JSON.parse((await operator("diagnose", ...asked, ...login)).stdout) as {
    hops: { name: string; detail: string }[];
  };
  return hops.find(({ name }) => name === "firewall")?.detail;
}

async function openPortsPreviewed(): Promise<string[]> {
  const { address, info } = host;
  const login = { ...info, host: address, privateKey: readFileSync(info.keyPath, "utf8") };
  const payload = firewallPayload(settingsFor(host));
  return exposedNotes(await gatherFacts(login, new Map([["firewall", payload]])));
}

it("says which applications there are where it is told another, or none runs", async () => {
  const other = await takeOver(host, "--application", "shop");
  expect([other.exitCode, other.stdout]).toEqual([2, ""]);
  expect(other.stderr).toContain("not shop, found api (port 3000)\n  next: add --application NAME");
  await host.run("pm2 stop api");
  const none = await takeOver(host);
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining("found none; nothing listens on port 3000\n  next: start the application first"),
  ]);
});

it("knows a container on the host's own network, also where pm2 runs in it", async () => {
  for (const scope of ["docker-4711", "libpod-4711"]) {
    const run = `systemd-run -q --scope --unit ${scope} --uid ubuntu env pm_id=0 name=api node server.js`;
    await host.run(`cd geo-system && sudo setsid -f ${run} > /dev/null 2>&1 < /dev/null`);
    await untilPrints((command) => host.run(command), "ss -Hltn sport = :3000", /LISTEN/);
    const { stdout } = await takeOver(host);
    expect(stdout).toContain("application runs in a container as ubuntu: ");
    expect(stdout).toContain("it keeps port 3000 until you end it: ");
    await host.run(`sudo systemctl stop ${scope}.scope`);
  }
});

it("says that there is nothing to take over where nginx is not installed, and what has its port", async () => {
  await host.run("sudo mv /usr/sbin/nginx /usr/sbin/nginx.away");
  const { exitCode, stdout, stderr } = await takeOver(host).finally(() =>
    host.run("sudo mv /usr/sbin/nginx.away /usr/sbin/nginx"),
  );
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /there is nothing to take over: nginx is not installed; port 80 is held by nginx: (master|worker) process/,
  );
});

it("says what data comes along, and refuses what cannot, before anything is changed", async () => {
  await host.run("pm2 restart api && pm2 save && mkdir archive && head -c 1500 /dev/zero > archive/old.bin");
  before = await inventory(host);
  change = await TakeOver.on(host, {
    backendShared: ["data"],
    takeOver: { data: ["uploads", "/home/ubuntu/archive"] },
  });
  const moves = (path: string) =>
    `it moves to /srv/geo-backend/shared/${path} before the release starts, a link takes its place, and \`destroy\` moves it back`;
  expect(await change.data()).toEqual({
    found: [
      `/home/ubuntu/geo-system/uploads holds 200.0 kB; ${moves("uploads")}`,
      `/home/ubuntu/archive holds 1.5 kB; ${moves("archive")}`,
      `/home/ubuntu/geo-system/data holds 0 B; ${moves("data")}`,
    ],
    refused: [],
  });
  await host.run("touch notes.db notes.db-wal && ln -s geo-system code");
  const named = ["pictures", "/home/ubuntu/geo-system", "/home/ubuntu/notes.db", "/home/ubuntu/code"];
  expect((await change.data({ takeOver: { data: named } })).refused).toEqual(
    [
      "/home/ubuntu/geo-system/pictures is not on this host",
      "/home/ubuntu/geo-system holds the program that runs",
      "/home/ubuntu/notes.db is a database in use: its journal is beside it, and cannot move with it",
      "/home/ubuntu/code holds the program that runs",
    ].map((why) => expect.stringContaining(`takeOver.data: ${why}; correct the key, or copy it to /srv/`)),
  );
  await host.run("rm notes.db notes.db-wal code");
});

it("keeps the application and its data where the first release does not come up", async () => {
  const said = await change.fails();
  expect(said).toContain("application api of ubuntu's pm2 serves on");
  expect(said).toContain("moved /srv/geo-backend/shared/data back to /home/ubuntu/geo-system/data");
  const inHomes = (lines: string[]) =>
    lines.filter((line) => /\/home\/ubuntu\/(geo-system|archive)/.test(line));
  expect(difference(inHomes(before), inHomes(await inventory(host)))).toEqual([]);
  expect(await host.run("sudo ls -A /srv/geo-backend/shared")).toBe("");
});

it("is taken over with its users, none of whom is cut before the deadline, and given back by destroy", async () => {
  const held = await change.users.connectAll(12);
  const [writer] = held;
  expect(await change.reach()).toBe(
    "application api of ubuntu's pm2 is taken over: 12 live connections stay until the deadline, 7 s after the handshake; then it is ended, and `destroy` starts it again",
  );
  writer?.socket.send("early");
  const up = change.up();
  const data = "/home/ubuntu/geo-system/data";
  await untilPrints((command) => host.run(command), `readlink ${data} || true`, /shared/, { within: 60_000 });
  writer?.socket.send("late");
  const said = await up;
  expect(said).toContain(
    "application api of ubuntu's pm2 has ended, which served before; undo starts it again",
  );
  expect(said).toMatch(/of \d+ connections, \d+ did not leave within \d+ s and were cut/);
  const { codes, first } = await ends(held);
  expect(codes).toEqual([1006]);
  expect(first).toBeGreaterThan(7);
  expect(await host.run("curl -sf http://127.0.0.1:3001/")).toContain('"one"');
  expect(await change.check()).toBe("unchanged");
  expect(await host.run(`grep -c '"status": "stopped"' ~/.pm2/dump.pm2`)).toBe("1"); // so no boot brings it back
  // What the old process wrote through the link is where the release has it.
  const current = "/srv/geo-backend/current";
  expect(
    await host.run(`cat ${current}/data/messages.log; ls ${current}/{uploads/picture,archive/old}.bin`),
  ).toBe(`early\nlate\n${current}/archive/old.bin\n${current}/uploads/picture.bin`);
  expect(await change.destroy()).toContain("application api of ubuntu's pm2 runs again on port 3000");
  const log = `${data}/messages.log`;
  expect(difference(before, await inventory(host))).toEqual([
    expect.stringMatching(`^\\+ ${log} f `), // written by its own users
    expect.stringMatching(`^\\+ [0-9a-f]{64}  ${log}$`),
  ]);
  expect(await host.run(`cat ${log}`)).toBe("early\nlate");
});
