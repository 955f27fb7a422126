import { appendFile, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { servesNow } from "../../infra/fleet/serving.ts";
import { withAgent } from "../../infra/host/agent.ts";
import { sandboxOfHost } from "../../operate/sandbox-names.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { Users } from "../host/support/users.ts";
import { deafToOthers, deafWhere } from "../support/deaf-to-others.ts";
import { Prober } from "../support/prober.ts";
import { rawHandshake } from "../support/raw-websocket.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";

interface Outputs {
  hosts: Record<string, { address: string; release: string }>;
  testUrls: Record<string, string>;
}

/** Shows a release that waits for its verdict. */
const unconfirmed = "sudo find /var/lib/geo-system/backend -maxdepth 1 -name handover";

/*
 * The life of a fleet, in order: two bare hosts, a release that its first host refuses, one that only the client from
 * outside refuses, a sound one, one that the second host refuses, a name, a host without power, a third one, and back to one. Each story starts where the one before ended.
 */
describe("the life of a fleet", () => {
  let stack: TestStack;
  /** Of host a, while the bundled example's own token is in it: without one its backend lets a client go after a while. */
  let withToken: string;
  let server: string;
  let sound: string;
  const outputs = async () => (await stack.outputs()) as unknown as Outputs;
  const releases = async () =>
    Object.fromEntries(Object.entries((await outputs()).hosts).map(([name, host]) => [name, host.release]));
  const nameOf = (host: string) => sandboxOfHost(stack.host, host);
  const on = async (host: string, command: string) =>
    (await execa("ssh", [...sshArguments(sandbox.running(nameOf(host))), command])).stdout;
  const serves = async (host: string) => {
    const connection = sandbox.running(nameOf(host));
    return withAgent(stack.stack.keyPaths, () =>
      servesNow({ ...connection, host: connection.address }, 443, ["backend"]),
    );
  };
  const runs = async (host: string) => basename(await on(host, "readlink /srv/geo-backend/current"));

  beforeAll(async () => {
    stack = await TestStack.start("fleet", { fleet: 2 });
    server = join(await stack.copyOfBackend(), "src/server.ts");
    sound = await readFile(server, "utf8");
  });
  afterAll(async () => {
    for (const host of ["b", "c"]) await sandbox.down(nameOf(host));
    await stack?.[Symbol.asyncDispose]();
  });

  it("bare hosts come up at once, each with its own proof, from one release", async () => {
    const output = await stack.up();
    for (const host of ["a", "b"]) expect(output).toContain(`chain to geo-system CA of geo-${host}`);
    const { testUrls, hosts } = await outputs();
    withToken = testUrls.a ?? "";
    for (const url of Object.values(testUrls)) expect(await rawHandshake(url)).toMatch(/^HTTP\/1\.1 101 /);
    expect(hosts.a?.release).toBe(hosts.b?.release);
    expect(hosts.a?.address).not.toBe(hosts.b?.address);
  });

  it("the second `up` changes nothing, and a preview shows every host in one table", async () => {
    await stack.up("--expect-no-changes");
    const preview = await stack.must("preview", "--expect-no-changes");
    expect(preview).toMatch(/fleet: 2 hosts, 0 live connections\n *host +command .*\n *a +- .*\n *b +- /);
  });

  it("status and diagnose show all hosts in one table, and the first cause over all of them", async () => {
    const status = await stack.npm("status");
    expect(status.exitCode).toBe(0);
    expect(status.output).toMatch(/geo-a [\s\S]*geo-b [\s\S]*0 live connections on 2 of 2 hosts/);
    expect(await stack.npm("diagnose")).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("2 of 2 hosts serve"),
    });
    expect(await serves("b")).toBe(true);
    await on("b", "sudo systemctl stop nginx");
    expect(await serves("b")).toBe(false);
    expect(await stack.npm("diagnose")).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/geo-b: nginx: .*; 1 of 2 hosts serve/),
    });
    const mended = await stack.npm("diagnose", "--component", "geo-b", "--fix", "--yes");
    expect(mended.exitCode).toBe(0);
    expect((await stack.npm("diagnose")).exitCode).toBe(0);
  });

  it("logs and rollback are of one host, which must be named", async () => {
    expect((await stack.npm("logs", "--no-follow")).output).toMatch(/which host\?[\s\S]*--component geo-a/);
    expect((await stack.npm("rollback", "--list")).output).toMatch(/which host\?/);
    const listed = await stack.npm("rollback", "--list", "--component", "geo-b");
    expect(listed.output).toContain(`${await runs("b")} `);
    expect((await stack.npm("logs", "--no-follow", "--component", "geo-b")).output).toContain("[WebSocket]");
  });

  it("a release that does not start is refused by the first host; nothing of it reaches the second, which serves on", async () => {
    await stack.configure({ backendSource: join(server, "../..") });
    await stack.up();
    const before = await releases();
    await using prober = new Prober((await outputs()).testUrls.b ?? "");
    await writeFile(server, 'throw new Error("broken on purpose");\n');
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("broken on purpose");
    expect(output).not.toMatch(/geo-b-(release|backend|command)/);
    expect(await runs("a")).toBe(before.a);
    expect(await runs("b")).toBe(before.b);
    const seen = await prober.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.made).toBeGreaterThan(50);
  });

  it("one that only the client from outside refuses is taken back on the first host, and the second never meets it", async () => {
    const before = await releases();
    await writeFile(server, `${sound}\n${deafToOthers}`);
    await using prober = new Prober((await outputs()).testUrls.b ?? "");
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/error: The handshake failed\./);
    expect(output).toMatch(/the handshake from outside failed; release \S+ serves on/);
    expect(output).not.toMatch(/geo-b-(release|backend|command)/);
    expect(await runs("a")).toBe(before.a);
    expect(await runs("b")).toBe(before.b);
    expect((await prober.stop()).failures).toEqual([]);
  });

  it("a sound one goes to the second host only when the first is proven, and no client is rejected", async () => {
    await writeFile(server, sound);
    await appendFile(server, "// another release\n");
    await stack.configure({ backendSource: join(server, "../.."), rollout: { pauseSeconds: 1 } });
    const { testUrls } = await outputs();
    await using a = new Prober(testUrls.a ?? "");
    await using b = new Prober(testUrls.b ?? "");
    const before = await releases();
    const output = await stack.up();
    const [paused, second] = [output.indexOf("a proven; b in 1 s."), output.indexOf("geo-b-backend")];
    expect(paused).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    const after = await releases();
    expect(after.a).not.toBe(before.a);
    expect(after.b).toBe(after.a);
    expect((await a.stop()).failures).toEqual([]);
    expect((await b.stop()).failures).toEqual([]);
    await stack.must("preview", "--expect-no-changes");
  });

  it("with rollBack, one that only the second host refuses goes back on the first as well, and moves no client there", async () => {
    const source = { backendSource: join(server, "../.."), rollout: { onFailure: "rollBack" } };
    const before = [await runs("a"), await runs("b")];
    const { testUrls } = await outputs();
    const { host, pathname, search } = new URL(withToken);
    using held = await new Users(host, pathname + search).connect();
    await using prober = new Prober(testUrls.a ?? "");
    const refuses = 'if (existsSync("/srv/refuse")) throw new Error("refused on purpose");';
    await writeFile(server, `${deafWhere('existsSync("/srv/deaf")')}\n${refuses}\n${sound}`);
    await stack.configure(source);
    await on("b", "sudo touch /srv/deaf");
    const unproven = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(unproven.exitCode).not.toBe(0);
    expect(unproven.output).toMatch(/a: .*reverted: release \S+: host b failed; release \S+ serves on/);
    expect(await on("a", unconfirmed)).toBe("");
    await on("b", "sudo mv /srv/deaf /srv/refuse");
    const refused = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toContain("refused on purpose");
    await waitFor("the first host to take its release back", async () => (await on("a", unconfirmed)) === "");
    expect(await on("a", "sudo grep ^refused: /var/lib/geo-system/backend/current")).toContain(
      "before all hosts were proven",
    );
    expect([await runs("a"), await runs("b")]).toEqual(before);
    expect(held.socket.readyState).toBe(WebSocket.OPEN);
    await on("b", "sudo rm /srv/refuse");
    await stack.up();
    const after = await outputs();
    expect([await runs("a"), await runs("b")]).toEqual([after.hosts.a?.release, after.hosts.b?.release]);
    expect(after.hosts.a?.release).not.toBe(before[0]);
    expect((await held.closed).code).toBe(1012);
    expect((await prober.stop()).failures).toEqual([]);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a name that leads to an address which is no host of the fleet is refused, before anything is changed", async () => {
    const before = [await runs("a"), await runs("b")];
    const source = { backendSource: join(server, "../.."), rollout: { onFailure: "rollBack" } };
    await stack.configure({ ...source, entry: "dns", serverName: "localhost" });
    const refused =
      /refused: entry: localhost leads to (127\.0\.0\.1|::1), expected hosts of this fleet only/;
    const preview = await stack.pulumi("preview");
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toMatch(refused);
    const up = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toMatch(refused);
    expect(await on("a", "grep server_name /etc/nginx/sites-enabled/geo-system")).not.toContain("localhost");
    expect([await runs("a"), await runs("b")]).toEqual(before);
    await stack.configure(source);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a host without power is one row of the preview, and an `up` begins on none of them", async () => {
    await sandbox.powerCut(nameOf("b"));
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).toBe(0);
    expect(output).toMatch(/fleet: 2 hosts, 0 live connections; 1 did not answer/);
    expect(output).toMatch(/^ *b( +\?)+ +did not answer$/m);
    await appendFile(server, "// and another\n");
    const before = await runs("a");
    const up = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(up.exitCode).not.toBe(0);
    expect(await runs("a")).toBe(before);
    await sandbox.up(nameOf("b"));
    await stack.resize(2);
    await stack.up();
  });

  it("a third host comes without a change on the others; one that is left out gets back what it had", async () => {
    await stack.resize(3);
    const output = await stack.up();
    expect(output).not.toMatch(/geo-[ab]-(backend|site|packages|firewall|command)/);
    expect(await rawHandshake((await outputs()).testUrls.c ?? "")).toMatch(/^HTTP\/1\.1 101 /);
    await using prober = new Prober((await outputs()).testUrls.a ?? "");
    await stack.resize(1);
    await stack.up();
    expect(Object.keys((await outputs()).hosts)).toEqual(["a"]);
    expect((await prober.stop()).failures).toEqual([]);
    for (const host of ["b", "c"]) expect(await on(host, "ls /etc/nginx/sites-enabled")).toBe("default");
    await stack.must("preview", "--expect-no-changes");
  });
});
