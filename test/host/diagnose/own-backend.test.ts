import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { project } from "../../../operate/run-pulumi.ts";
import { TestStack } from "../../support/stack.ts";
import { waitFor } from "../../support/wait.ts";
import { operator } from "../support/operator.ts";

/*
 * A backend that is not the example, as its operator looks at it: by the address that its users have, without a stack. It
 * takes its token from the URL, logs nothing, and ends where a client leaves before it has read the answer.
 */
let stack: TestStack;
let login: string[];
let address: string;

beforeAll(async () => {
  stack = await TestStack.start("own-backend");
  const set = (...words: string[]) => stack.must("config", "set", "--stack", stack.stack.stack, ...words);
  await set("backendSource", join(project, "test/host/fixtures/fragile"));
  await set("--path", "backendEnvironment.TOKEN", "right-token");
  await set("--secret", "handshakeToken", "right-token");
  const { output } = await stack.npm("up");
  expect(output).toMatch(/The WebSocket is proven\. Open http:\S+\/$/m); // its token is a secret
  expect(output).not.toContain("right-token");
  expect(output).toMatch(/wrong token +ok \d+ ms, refused$/m);
  expect(output).not.toMatch(/warning/i);
  const { keyPath, hostKey, address: host } = stack.info();
  address = `ws://${host}/ws`;
  login = ["--identity", keyPath, "--host-key", hostKey];
});
afterAll(() => stack?.[Symbol.asyncDispose]());

interface Told {
  healthy: boolean | null;
  verdict: { hop: string; cause: string; fix: string[]; worry: string } | null;
  hops: { name: string; status: string; detail: string }[];
}

async function diagnosis(
  url: string,
  ...more: string[]
): Promise<{ exitCode: number; told: Told; stdout: string }> {
  const { exitCode, stdout } = await operator("diagnose", "--url", url, ...login, "--json", ...more);
  return { exitCode, told: JSON.parse(stdout) as Told, stdout };
}

const statusOf = ({ hops }: Told, hop: string) => hops.find(({ name }) => name === hop)?.status;
const restarts = async () => {
  const entries = JSON.parse(await stack.on("pm2 jlist")) as { pm2_env: { restart_time: number } }[];
  return entries.map(({ pm2_env }) => pm2_env.restart_time);
};

describe("diagnose by the users' own address", () => {
  it("finds it well, and claims nothing that was not asked", async () => {
    const { exitCode, told, stdout } = await diagnosis(`${address}?token=right-token`);
    expect([exitCode, told.healthy, told.verdict]).toEqual([0, true, null]);
    const asked = ["upgrade", "protocol", "token", "wrong token", "heartbeat", "sync", "log"];
    expect(asked.map((hop) => statusOf(told, hop))).toEqual([
      ...["ok", "ok", "ok", "ok", "ok", "not asked", "not asked"],
    ]);
    expect(stdout).not.toContain("right-token");
  });

  it("says of a wrong token, and of none, that it is the caller's", async () => {
    const wrong = await diagnosis(`${address}?token=wrong-token`);
    expect([wrong.exitCode, wrong.told.healthy]).toEqual([2, null]);
    expect(wrong.told.verdict?.cause).toMatch(/^the token that was given is refused/);
    const none = await diagnosis(address);
    expect(none.told.verdict?.cause).toBe("no token was given, and one is wanted");
    for (const { told } of [wrong, none]) expect(JSON.stringify(told)).not.toContain("for everybody");
  });

  it("says of a script that does not fit that the connection is held", async () => {
    const file = join(stack.files, "script.yaml");
    await writeFile(file, 'steps:\n  - { name: welcome, expect: { type: "welcome" } }\n');
    const { exitCode, told } = await diagnosis(
      `${address}?token=right-token`,
      "--script",
      file,
      "--timeout",
      "2",
    );
    expect([exitCode, told.verdict?.hop]).toEqual([2, "protocol"]);
    expect(told.verdict?.cause).toBe(
      'the connection opens and is held, but the script\'s step welcome got {"hello":"you"}: the script, or the backend\'s protocol, has changed',
    );
    expect(told.verdict?.worry).not.toContain("for everybody");
  });

  it("names a backend that is stopped as the cause, with the fix that heals", async () => {
    await stack.on("pm2 stop geo-backend");
    const { exitCode, told } = await diagnosis(`${address}?token=right-token`);
    await stack.on("pm2 restart geo-backend");
    expect([exitCode, told.verdict?.cause]).toEqual([
      1,
      "the backend is stopped in pm2: someone stopped it, as with pm2 stop geo-backend",
    ]);
    expect(told.verdict?.fix).toEqual([expect.stringMatching(/ pm2 restart geo-backend$/)]);
    expect(told.verdict?.worry).toContain("down for everybody");
  });
});

/** Types what is shown, with the query that the address had, and looks again by what it says. */
async function lookedAgain({ verdict }: Told, query: string) {
  const line = verdict?.fix.find((each) => each.includes("npm run diagnose -- "))?.replace(/^# /, "") ?? "";
  const [, url = ""] = /--url (\S+)/.exec(line) ?? [];
  expect(line).toContain(login[1]);
  return (await diagnosis(url + query)).told;
}

describe("an address that is not served, and the one that is", () => {
  const query = "?token=right-token";

  it.each([
    [
      "ws://HOST/nope",
      "upgrade",
      /^\/nope is no path for WebSockets: nginx holds .* on \/ws, .* takes none \(404\)$/,
    ],
    [
      "ws://HOST/ws/",
      "upgrade",
      /^the backend takes no WebSocket on \/ws\/ \(404\): nginx holds WebSockets on \/ws$/,
    ],
    ["ws://HOST:81/ws", "tcp", /^the site is not served on port 81, but on ports 80 and 443$/],
    ["ws://HOST:3000/ws", "tcp", /^the site is not served on port 3000, which is the backend's own/],
    ["ws://HOST:443/ws", "upgrade", /^port 443 speaks TLS, and the address begins with ws:\/\/$/],
    ["wss://HOST:80/ws", "tls", /^port 80 speaks plain HTTP, and the address begins with wss:\/\/$/],
  ])("%s is told with the right one", async (form, hop, cause) => {
    const url = form.replace("HOST", new URL(address).host);
    const { exitCode, told } = await diagnosis(url + query, "--timeout", "2");
    expect([exitCode, told.healthy, told.verdict?.hop]).toEqual([2, null, hop]);
    expect(told.verdict?.cause).toMatch(cause);
    expect(JSON.stringify(told)).not.toMatch(/for everybody|ufw allow|site apply/);
    expect((await lookedAgain(told, query)).healthy).toBe(true);
  });

  it("a path that the backend takes is cut when it is silent", async () => {
    const { exitCode, told } = await diagnosis(`${address.replace("/ws", "/page")}${query}`);
    expect([exitCode, told.verdict?.hop]).toEqual([1, "site"]);
    expect(told.verdict?.cause).toMatch(/one that is silent is cut after 60 s$/);
    expect((await lookedAgain(told, query)).healthy).toBe(true);
  });
});

describe("a worker of nginx stopped by a signal, seen without a login", () => {
  const worker = "pgrep -fxo 'nginx: worker process'";
  const url = () => `${address}?token=right-token`;
  const seen = async (...more: string[]) =>
    JSON.parse((await operator("diagnose", "--url", url(), "--json", ...more)).stdout) as Told;

  it("takes no new connection where the workers share a socket: clients meet the others", async () => {
    await stack.on(`sudo kill -STOP $(${worker})`);
    expect(await seen()).toMatchObject({ healthy: true });
    await stack.on(`sudo kill -CONT $(${worker})`);
  });

  it("is met by some of many connections where each has its own", async () => {
    const site = "/etc/nginx/sites-available/geo-system";
    const four = (from: string, to: string) =>
      stack.on(`sudo sed -i 's/^worker_processes ${from};/worker_processes ${to};/' /etc/nginx/nginx.conf`);
    await four("auto", "4");
    await stack.on(
      `sudo sed -i -E '/listen .*\\b80\\b/s/;/ reuseport;/' ${site} && sudo systemctl restart nginx`,
    );
    await stack.on(`sudo kill -STOP $(${worker})`);
    const told = await met(() => seen("--timeout", "1"));
    await stack.on(`sudo kill -CONT $(${worker})`);
    await four("4", "auto");
    await stack.on(
      "sudo sh -c 'geo-system site apply < /var/lib/geo-system/applied/site; systemctl restart nginx'",
    );
    expect(told.verdict?.cause).toMatch(
      /^\d+ of 16 connections at once get no answer: one of nginx's workers, /,
    );
    expect(told.verdict?.worry).toBe("Yes: some clients fail until this is mended.");
    expect((await diagnosis(url())).told).toMatchObject({ healthy: true, verdict: null });
  });
});

/** A client that meets the stopped one by itself is told so: looks again, until it met another. */
const met = (look: () => Promise<Told>) =>
  waitFor(
    "a client that passes",
    async () => {
      const told = await look();
      if (!told.verdict?.cause.includes(" at once ")) throw new Error(told.verdict?.cause ?? "healthy");
      return told;
    },
    { within: 60_000, every: 10 },
  );

it("a release that ends by itself is no restart's to mend, and is told with its exit code", async () => {
  await stack.on("touch /tmp/no-database; pm2 restart geo-backend");
  const { told } = await diagnosis(`${address}?token=right-token`);
  await stack.on("rm /tmp/no-database");
  expect(told.verdict?.cause).toMatch(/^the backend crashes .*: it ended with exit code 3$/);
  expect(told.verdict?.fix.filter((line) => !line.startsWith("#"))).toEqual([]);
  expect(told.verdict?.fix).toContainEqual(expect.stringMatching(/^# look: .*pm2 logs/));
  expect(told.verdict?.worry).toContain("down for everybody");
  // By pm2's own next try; then by hand, so that what it did before no longer counts.
  await stack.on("until ss -Hltn sport = :3000 | grep -q .; do sleep 0.2; done; pm2 restart geo-backend");
  expect((await diagnosis(`${address}?token=right-token`)).told).toMatchObject({
    healthy: true,
    verdict: null,
  });
});

it("three looks, three states and ten seconds of watching end no backend", async () => {
  const url = `${address}?token=right-token`;
  const before = await restarts();
  for (let time = 0; time < 3; time++) {
    expect((await diagnosis(url)).told).toMatchObject({ healthy: true, verdict: null });
    await operator("status", "--url", url, ...login);
  }
  const often = ["--for", "10s", "--every", "1s"];
  const { exitCode, stdout } = await operator("watch", "--url", url, ...login, ...often);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/ 0 reconnects, round trips p50 /)]);
  expect(stdout).not.toContain("right-token");
  expect(await restarts()).toEqual(before);
});

it("diagnose notices a backend that ended by itself and runs again", async () => {
  await stack.on("kill -KILL $(pm2 pid geo-backend)");
  const ended = /^the backend ended by itself once within ten minutes, the last time \d+ s ago, by SIGKILL/;
  await waitFor("the end to be told", async () => {
    const { told } = await diagnosis(`${address}?token=right-token`);
    expect([told.healthy, told.verdict?.hop]).toEqual([true, "pm2"]);
    expect(told.verdict?.cause).toMatch(ended);
  });
});

it("status counts connections and messages by sockets and frames, whatever the backend logs", async () => {
  const clients = [1, 2, 3].map(() => new WebSocket(`${address}?token=right-token`));
  await Promise.all(clients.map((client) => once(client, "message")));
  const talk = setInterval(() => {
    for (const client of clients) client.send("hi");
  }, 50);
  const { stdout } = await operator("status", "--url", address, ...login, "--json");
  clearInterval(talk);
  for (const client of clients) client.close();
  const { websockets, messages } = JSON.parse(stdout) as Record<string, string>;
  expect(websockets).toMatch(
    /^3 live on process \d+ \(port 3000, release [0-9a-f]{12}\); counted from the sockets/,
  );
  const [, fromClients] = /^(\d+) from clients and \d+ to them/.exec(messages ?? "") ?? [];
  expect(Number(fromClients)).toBeGreaterThan(10);
});

it("logs says that the backend logs nothing", async () => {
  await stack.on("pm2 flush");
  const { exitCode, stderr } = await operator("logs", "--url", address, ...login, "--no-follow");
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("pm2's logs of geo-backend are empty")]);
});

it("a backend that lets any token in is proven, and up and diagnose warn of it", async () => {
  await stack.must("config", "set", "--path", "backendEnvironment.TOKEN", "any");
  const { exitCode, output } = await stack.npm("up");
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/warning: Handshake proven from outside\./);
  expect(output).toMatch(/wrong token +WARNING, any token is let in$/m);
  expect(output).toMatch(
    /any token is let in: a client with a wrong one was let in, and so was a client without any$/m,
  );
  const { told, exitCode: code } = await diagnosis(`${address}?token=right-token`);
  expect([code, told.healthy, told.verdict?.hop, statusOf(told, "wrong token")]).toEqual([
    ...[0, true, "wrong token", "warn"],
  ]);
  expect(told.verdict?.cause).toMatch(/^any token is let in/);
  expect((await diagnosis(address)).told).toMatchObject({ healthy: true, verdict: null });
});
