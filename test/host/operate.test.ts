import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { project } from "../../operate/run-pulumi.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { operator, running } from "./support/operator.ts";

/* What an operator types on a working day, on one host that an `up` has provisioned. */
let stack: TestStack;
let token: string;
const on = () => ["--stack", stack.stack.stack];

beforeAll(async () => {
  stack = await TestStack.start("operate");
  await stack.up();
  token = new URL((await stack.outputs()).testUrl ?? "").searchParams.get("token") ?? "";
});
afterAll(() => stack?.[Symbol.asyncDispose]());

describe("logs", () => {
  it("shows what backend and nginx wrote, and ends where it is told not to follow", async () => {
    const { exitCode, stdout } = await operator("logs", ...on(), "--no-follow", "--lines", "40");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {21}backend {7}\[WebSocket\] New connection attempt$/m);
    expect(stdout).toMatch(/^20\S{17}Z nginx {9}198\.18\.\d+\.\d+ - - "GET \/ws HTTP\/1\.1" 101 /m);
  });

  it("--websocket shows what the guide's grep shows", async () => {
    const { stdout } = await operator(
      "logs",
      ...on(),
      "--no-follow",
      "--websocket",
      "--lines",
      "5",
      "--json",
    );
    const lines = stdout.split("\n").map((line) => JSON.parse(line) as { source: string; line: string });
    expect(lines).toHaveLength(5);
    for (const { source, line } of lines)
      expect([source, line]).toEqual(["backend", expect.stringContaining("[WebSocket]")]);
  });

  it("follows both, with tokens masked, also after a rotation; Ctrl-C leaves nothing on the host", async () => {
    const logs = running("logs", ...on(), "--lines", "0");
    const shows = (text: RegExp) => waitFor(`the logs to show ${text}`, () => text.test(logs.said()));
    const processes = () => stack.on("pgrep -fc '^perl - ' || true");
    await waitFor("the logs to be followed", async () => (await processes()).trim() === "1", {
      within: 30_000,
    });
    await stack.on(`echo "[WebSocket] told ${token}" >> .pm2/logs/geo-backend-out.log`);
    await shows(/Z backend {7}\[WebSocket\] told <token>\n/);
    await stack.on("curl -so /dev/null 'http://127.0.0.1/ws?token=other'");
    await shows(/Z nginx {9}127\.0\.0\.1 - - "GET \/ws HTTP\/1\.1" 426 /);
    await stack.on(
      "sudo logrotate -f /etc/logrotate.d/nginx; curl -so /dev/null http://127.0.0.1/after-rotation",
    );
    await shows(/"GET \/after-rotation HTTP/);
    const { exitCode, stderr } = await logs.interrupt();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(logs.said()).not.toContain(token);
    await waitFor("the host to be left alone", async () => (await processes()).trim() === "0");
  });

  it("says why it cannot", async () => {
    const { exitCode, stderr } = await operator("logs", "--host", "127.0.0.1", "--port", "1", "--no-follow");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("127.0.0.1")]);
  });
});

describe("status", () => {
  it("shows who is connected, the certificate's days, and the last up", async () => {
    const client = new WebSocket(`ws://${stack.info().address}/ws?token=${token}`);
    await once(client, "message");
    const { exitCode, stdout } = await operator("status", ...on(), "--json");
    client.terminate();
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({
        pm2: expect.stringMatching(/^geo-backend online for \d+ \w+, 0 restarts, \d+ MB$/),
        certificate: expect.stringMatching(/^39\d days left, for 198\.18\.\d+\.\d+$/),
        websockets: expect.stringMatching(
          /^1 live on process \d+ \(port 3000, release [0-9a-f]{12}\); counted /,
        ),
        firewall: "ufw active, lets in 80, 443, 22",
        "last up": expect.stringMatching(
          /^20\S+ by ubuntu from 198\.18\.0\.1: \w+ (applied|unchanged|confirmed)$/,
        ),
      }),
    ]);
  });

  it("counts a release's age from its deployment, whenever its payload was written last", async () => {
    await stack.on("sudo touch -d '5 hours ago' /var/lib/geo-system/applied/backend");
    const { stdout } = await operator("status", ...on(), "--json");
    expect((JSON.parse(stdout) as { release: string }).release).toMatch(
      /^[0-9a-f]{12}, deployed \d+ (s|min) ago$/,
    );
  });
});

describe("diagnose --fix", () => {
  const stop = () => stack.on("pm2 stop geo-backend");
  const status = () => stack.on('pm2 jlist | grep -oP \'"status":"\\K\\w+\' | head -n 1');
  /** As a person at a terminal. */
  const answering = (answer: string, ...more: string[]) => {
    const line = `node operate/run.mjs diagnose ${[...on(), "--fix", ...more].join(" ")}`;
    return execa("script", ["-qec", line, "/dev/null"], {
      cwd: project,
      input: `${answer}\n`,
      reject: false,
    });
  };

  it("asks first; where the answer is no, nothing changes", async () => {
    await stop();
    const { exitCode, stdout } = await answering("n");
    expect(stdout).toContain("To be done on the host:\r\n  pm2 restart geo-backend\r\n");
    expect(stdout).toContain("Do it? [y/N]");
    expect(exitCode).toBe(1);
    expect(await status()).toBe("stopped\n");
  });

  it("without a terminal it does nothing either, and says how it would", async () => {
    const { exitCode, stderr } = await operator("diagnose", ...on(), "--fix");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("next: add --yes")]);
    expect(await status()).toBe("stopped\n");
  });

  it("is refused while somebody else works on the host; with --wait it waits, does it, and looks again", async () => {
    // Another run has the lock, until it is ended.
    await stack.on(
      `sudo sh -c 'mkdir -p /run/geo-system; echo "site apply of eve" > /run/geo-system/lock; systemd-run -q --collect --unit rival flock /run/geo-system/lock sleep 600'`,
    );
    const refused = await operator("diagnose", ...on(), "--fix", "--yes");
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("site apply of eve")]);
    expect(await status()).toBe("stopped\n");
    const fix = answering("y", "--wait");
    await waitFor("it to wait", async () => (await stack.on("pgrep -f '^flock -w' || true")) !== "", {
      within: 30_000,
    });
    expect(await status()).toBe("stopped\n");
    await stack.on("sudo systemctl stop rival");
    const { exitCode, stdout } = await fix;
    expect(stdout).toMatch(/Healthy\.\S* Worry: no\.\s*$/);
    expect(exitCode).toBe(0);
    expect(await status()).toBe("online\n");
  });

  it("--json prints one object, the last diagnosis, in which everything was seen again", async () => {
    await stop();
    const { exitCode, stdout, stderr } = await operator("diagnose", ...on(), "--fix", "--yes", "--json");
    const { healthy, hops } = JSON.parse(stdout) as { healthy: boolean; hops: { status: string }[] };
    expect([exitCode, healthy]).toEqual([0, true]);
    expect(stderr).toBe("\nTo be done on the host:\n  pm2 restart geo-backend");
    expect(hops.filter(({ status }) => /^not (reached|there)$/.test(status))).toEqual([]);
  });

  it("goes on where its reader goes, and ends by its own code", async () => {
    await stop();
    const line = 'set -o pipefail; node operate/run.mjs diagnose "$@" --fix --yes | head -n 1';
    const { exitCode, stderr } = await execa("bash", ["-c", line, "bash", ...on()], {
      cwd: project,
      reject: false,
    });
    expect([exitCode, stderr]).toEqual([0, "\nTo be done on the host:\n  pm2 restart geo-backend"]);
    expect(await status()).toBe("online\n");
  });
});

describe("watch", () => {
  interface Told {
    event: string;
    connection?: string;
    cause?: string;
    summary?: { alarms: number; reconnects: number };
  }

  it("is quiet while all is well, and ends by itself with a summary", async () => {
    const { exitCode, stdout } = await operator("watch", ...on(), "--for", "3s", "--every", "0.5s");
    const [head, ...lines] = stdout.split("\n");
    expect(head).toBe(`Watching wss://${stack.info().address}/ws; a line comes only when something happens.`);
    expect(lines).toEqual([
      expect.stringMatching(/Z \d s watched: up \d+(\.\d+)? %, 0 reconnects, round trips p50 /),
    ]);
    expect(exitCode).toBe(0);
  });

  it("tells a loss and the return, and calls for help when it lasts", async () => {
    const posted: Told[] = [];
    const server = createServer(async (request, answer) => {
      posted.push(JSON.parse((await request.toArray()).join("")) as Told);
      answer.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const called = join(stack.files, "called");
    const watch = running(
      ...(["watch", ...on(), "--json", "--every", "0.5s", "--alarm-after", "2s"] as const),
      ...["--webhook", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`],
      ...["--command", `echo "$GEO_SYSTEM_EVENT: $GEO_SYSTEM_CAUSE" >> '${called}'`],
    );
    const told = () =>
      watch
        .said()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Told);
    const tells = (event: string) =>
      waitFor(`watch to tell ${event}`, () => told().some((each) => each.event === event), {
        within: 45_000,
      });
    await tells("pong");
    await stack.on("pm2 stop geo-backend");
    await tells("alarm");
    await stack.on("pm2 start geo-backend");
    await tells("recovered");
    const { exitCode } = await watch.interrupt();
    server.close();
    const of = (event: string) => told().filter((each) => each.event === event);
    expect(
      of("lost")
        .map(({ connection }) => connection)
        .sort(),
    ).toEqual(["active", "silent"]);
    expect(of("alarm")).toEqual([expect.objectContaining({ cause: expect.stringContaining("502") })]);
    expect(told().at(-1)).toMatchObject({ event: "summary", summary: { alarms: 1, reconnects: 2 } });
    expect(posted.map(({ event }) => event)).toEqual(["alarm", "recovered"]);
    expect(await readFile(called, "utf8")).toMatch(/^alarm: .*502.*\nrecovered: \n$/);
    expect(exitCode).toBe(1);
  });

  it("with nobody to call, an alarm ends it with exit code 1", async () => {
    await stack.on("pm2 stop geo-backend");
    const { exitCode, stdout } = await operator("watch", ...on(), "--alarm-after", "1s");
    await stack.on("pm2 start geo-backend");
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/Z ALARM: errors for \d s: .*502/)]);
  });

  it("finds what cuts a connection that is silent, while the one that pings stays", async () => {
    const site = "/etc/nginx/sites-available/geo-system";
    await stack.on(
      `sudo sh -c "sed -i 's/proxy_read_timeout .*/proxy_read_timeout 3s;/' ${site}; nginx -s reload"`,
    );
    const { stdout } = await operator("watch", ...on(), "--for", "10s", "--every", "0.5s");
    expect(stdout).toMatch(
      /silent: lost after 3 s: a connection that says nothing was cut after 3 s \(1006.*proxy_read_timeout/,
    );
    expect(stdout).toContain("silent: connected again");
    expect(stdout).not.toContain("active: lost");
  });
});

describe("a sandbox that is switched off", () => {
  it("is said to be, and is left so", async () => {
    await sandbox.powerCut(stack.host);
    const { exitCode, stdout } = await operator("diagnose", ...on());
    expect(stdout).toContain(
      `Broken at tcp: the sandbox "${stack.host}" is switched off\n  seen: none of its processes runs on this machine\n  type: npm run sandbox -- up --name ${stack.host}\n`,
    );
    expect(exitCode).toBe(1);
    const logs = await operator("logs", ...on(), "--no-follow");
    expect([logs.exitCode, logs.stderr]).toEqual([2, expect.stringContaining("is switched off")]);
    expect(sandbox.info(stack.host)).toBeUndefined();
  });
});
