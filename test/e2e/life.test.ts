import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { deafToOthers } from "../support/deaf-to-others.ts";
import { Prober } from "../support/prober.ts";
import { rawHandshake, upgrades } from "../support/raw-websocket.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";

/*
 * The life of one host, in order: bare, serving, left alone, changed, broken by its operator, without power, given
 * back. Each story starts from the state in which the one before left the host.
 */
describe("the life of a host", () => {
  let stack: TestStack;
  let bare: string;
  const on = (command: string) => stack.on(command);

  beforeAll(async () => {
    stack = await TestStack.start("life");
    bare = await fingerprint(on);
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  it("a bare host becomes one that answers a WebSocket handshake from outside", async () => {
    const output = await stack.up();
    expect(output).toMatch(/Handshake proven from outside/);
    for (const hop of ["upgrade", "token", "subscribed", "ping", "second client", "sync", "close", "log"])
      expect(output).toContain(hop);
    const { testUrl, wssUrl, caCertificate } = await stack.outputs();
    expect(wssUrl).toMatch(/^wss:/);
    expect(caCertificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(await rawHandshake(testUrl as string)).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("the users' own commands work for a person who logs in", async () => {
    expect(await on("pm2 logs geo-backend --lines 20 --nostream | grep WebSocket")).toContain(
      "[WebSocket] New connection attempt",
    );
    expect(await on("sudo ufw status")).toMatch(/443\/tcp +ALLOW/);
  });

  it("the second `up` does nothing, and drops no connection", async () => {
    const before = await processes(on);
    await stack.up("--expect-no-changes");
    await stack.must("preview", "--expect-no-changes");
    expect(await processes(on)).toEqual(before);
  });

  it("its resources are called as earlier versions called them: an upgrade changes them in place", async () => {
    const all = (await urns(stack)).map((urn) => urn.split("geo-system:index:WebSocketHost$")[1] ?? urn);
    expect(all.sort()).toEqual([
      "command:remote:Command::geo-backend",
      "command:remote:Command::geo-certificate",
      "command:remote:Command::geo-command",
      "command:remote:Command::geo-environment",
      "command:remote:Command::geo-firewall",
      "command:remote:Command::geo-firewall-confirm",
      "command:remote:Command::geo-packages",
      "command:remote:Command::geo-site",
      "command:remote:CopyToRemote::geo-release",
      "tls:index/certRequest:CertRequest::geo-request",
      "tls:index/locallySignedCert:LocallySignedCert::geo-leaf",
      "tls:index/privateKey:PrivateKey::geo-ca-key",
      "tls:index/privateKey:PrivateKey::geo-key",
      "tls:index/selfSignedCert:SelfSignedCert::geo-ca",
    ]);
  });

  it("a host that shows another key stops the `up` with a warning, before anything is sent", async () => {
    const { hostKey } = stack.info();
    const other = Buffer.from(hostKey.split(" ")[1] ?? "", "base64");
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1);
    await stack.must("config", "set", "hostKey", `ssh-ed25519 ${other.toString("base64")}`);
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    await stack.must("config", "set", "hostKey", hostKey);
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/IS NOT THE HOST IT WAS[\s\S]*Nothing was sent to it/);
  });

  it("no secret lies in plain text: not in the state, not in the output, not where others read on the host", async () => {
    const { testUrl } = await stack.outputs();
    const secret = await on(
      "sudo sed -n 's/^TOKEN_SECRET=//p' /srv/geo-backend/secret.env | tr -d \"\\\"'\\`\"",
    );
    const state = await stack.must("stack", "export");
    const token = new URL(testUrl as string).searchParams.get("token") as string;
    for (const canary of [secret.trim(), token, "PRIVATE KEY"]) {
      expect(canary.length).toBeGreaterThan(8);
      expect(state).not.toContain(canary);
    }
    expect(
      await on("sudo stat -L -c '%U %a' /srv/geo-backend/secret.env /etc/geo-system/certificate/privkey.pem"),
    ).toBe("ubuntu 600\nroot 600\n");
    expect(await on(`grep -c '${secret.trim()}' ~/.pm2/dump.pm2 || :`)).toBe("0\n");
    expect(await on(`sudo grep -c '${token}' /var/log/nginx/*access*.log || :`)).not.toMatch(/:[1-9]/);
  });

  it("one line of the site changes: the preview shows the line, and an open WebSocket stays", async () => {
    const { testUrl } = await stack.outputs();
    using held = await openWebSocket(testUrl as string);
    await stack.must("config", "set", "readTimeout", "3600");
    const preview = await stack.must("preview", "--diff");
    expect(preview).toMatch(/- +proxy_read_timeout 86400s;/);
    expect(preview).toMatch(/\+ +proxy_read_timeout 3600s;/);
    const output = await stack.up();
    expect(output).toMatch(/1 updated/);
    expect(await on("sudo nginx -T 2>/dev/null | grep -c 'proxy_read_timeout 3600s'")).toBe("1\n");
    expect(held.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("a new release replaces the old one", async () => {
    const before = await stack.outputs();
    const backend = await stack.copyOfBackend();
    await appendFile(join(backend, "public/index.html"), "<!-- the next release -->\n");
    await stack.must("config", "set", "backendSource", backend);
    await stack.must("config", "set", "handshake", "example"); // a copy is a backend of one's own
    await stack.up();
    const after = await stack.outputs();
    expect(after.release).not.toBe(before.release);
    expect(await (await fetch(after.url as string)).text()).toContain("the next release");
    expect(await on("readlink /srv/geo-backend/current")).toContain(after.release);
  });

  it("a rollback brings the release before back; the preview says so, and the next `up` goes on", async () => {
    const { url, release } = await stack.outputs();
    const page = async () => (await fetch(url as string)).text();
    const list = await stack.npm("rollback", "--list");
    expect(list.output).toMatch(new RegExp(`${release}.*runs now`));
    const [, before] = /^│ ([0-9a-f]{12}) (?!.*runs now)/m.exec(list.output) ?? [];
    const back = await stack.npm("rollback", "--yes");
    expect(back.output).toContain(`Release ${before} serves.`);
    expect(back.output).toMatch(/ws:[\s\S]*ping/);
    expect(back.exitCode).toBe(0);
    expect(await page()).not.toContain("the next release");

    const preview = await stack.must("preview");
    const said = `drift: rolled back: release ${before} runs in the place of ${release}, since `;
    expect(preview).toContain(said);
    expect(preview).toMatch(/since \S+ \S+ UTC, by ubuntu from 198\.18\.\S+\n/);
    expect(preview).not.toContain("was edited on the host");
    expect(preview).toMatch(/reach: release handover/);
    expect(await stack.up()).toContain(said);
    expect(await page()).toContain("the next release");
    await stack.must("preview", "--expect-no-changes");
  });

  it("a rollback to a release that has since broken is refused by the same gate, and the present one serves", async () => {
    const { release, testUrl } = await stack.outputs();
    const before = (await stack.npm("rollback", "--list")).output.match(/[0-9a-f]{12}/g) ?? [];
    const [broken] = before.filter((name) => name !== release);
    await on(
      `echo 'throw new Error("worn out")' | sudo tee -a /srv/geo-backend/releases/${broken}/src/server.ts`,
    );
    const { exitCode, output } = await stack.npm("rollback", "--to", broken ?? "", "--yes");
    expect(exitCode).toBe(1);
    expect(output).toContain("worn out");
    expect(output).toContain(`release ${release} serves on`);
    expect(await rawHandshake(testUrl as string)).toMatch(/^HTTP\/1\.1 101 /);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a release that does not start fails the `up`, says why, and the old one serves", async () => {
    const backend = await stack.copyOfBackend();
    const before = await stack.outputs();
    const server = await readFile(join(backend, "src/server.ts"), "utf8");
    await writeFile(join(backend, "src/server.ts"), 'throw new Error("broken on purpose");\n');
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("broken on purpose");
    const { testUrl, release } = await stack.outputs();
    expect(release).toBe(before.release);
    expect(await rawHandshake(testUrl as string)).toMatch(/^HTTP\/1\.1 101 /);
    await writeFile(join(backend, "src/server.ts"), server);
    await stack.up();
  });

  it("a release that only the handshake from outside finds broken is taken back by itself, and both is said", async () => {
    const before = await stack.outputs();
    const server = join(await stack.copyOfBackend(), "src/server.ts");
    const sound = await readFile(server, "utf8");
    await writeFile(server, `${sound}\n${deafToOthers}`);
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/The handshake failed[\s\S]*failed ws:\/\/\S+ at upgrade/);
    expect(output).toMatch(/^\s*error: The handshake failed\.$/m);
    expect(output).not.toContain("error serializing");
    expect(output).toMatch(
      new RegExp(
        `reverted: release \\S+: the handshake from outside failed; release ${before.release} serves on`,
      ),
    );
    expect(await rawHandshake(before.testUrl as string)).toMatch(/^HTTP\/1\.1 101 /);
    expect((await stack.outputs()).release).toBe(before.release);
    expect(await stack.must("preview")).toContain("the handshake from outside failed");
    await writeFile(server, sound);
    await stack.up();
    await stack.must("preview", "--expect-no-changes");
  });

  it("a broken configuration lists every problem and changes nothing on the host", async () => {
    const before = await fingerprint(on);
    await stack.must("config", "set", "websocketPath", "/ws; return 444");
    await stack.must("config", "set", "backendPrt", "3002");
    await stack.must("config", "set", "readTimeout", "a day");
    await stack.must("config", "set", "backendEnvironment", "LEVEL=3");
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("backendPrt: this key is not known; did you mean backendPort?");
    expect(output).toContain(
      'websocketPath: expected a path such as /ws, /socket.io/ or /: letters, digits, . _ ~ -, found "/ws; return 444"',
    );
    // A wrong type is one problem among the others: Pulumi's own check would name it alone.
    expect(output).toContain('readTimeout: expected whole seconds, at least 1, found "a day"');
    expect(output).toContain(
      'backendEnvironment: expected an object of texts, set with --path, found "LEVEL=3"',
    );
    expect(await fingerprint(on)).toBe(before);
    for (const key of ["websocketPath", "backendPrt", "backendEnvironment"])
      await stack.must("config", "rm", key);
    await stack.must("config", "set", "readTimeout", "3600");
  });

  it("after a power cut everything comes back by itself", async () => {
    await sandbox.reboot(stack.host);
    const { testUrl } = await stack.outputs();
    await waitFor("the handshake after the power cut", () => upgrades(testUrl as string), {
      within: 60_000,
    });
    await stack.up("--expect-no-changes");
    expect(await on("sudo ufw status")).toMatch(/^Status: active/);
  });

  it("what is replaced by force stays as it is: one step, or all resources at once, and no handshake fails", async () => {
    const before = await on(backendProcess);
    const { testUrl } = await stack.outputs();
    const all = (await urns(stack)).flatMap((urn) => ["--replace", urn]);
    await using prober = new Prober(testUrl as string, 50);
    expect(await stack.up("--replace", "**geo-backend")).toMatch(/kept: the `up` that replaces this step/);
    await stack.up("--replace", "**geo-firewall", "--target", "**geo-firewall", "--target-dependents");
    await stack.up("--exclude", "**geo-backend");
    await stack.up(...all);
    const { made, failures } = await prober.stop();
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(50);
    expect(await on(backendProcess)).toBe(before);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a step that the state has lost cannot be imported, and is taken up again by an `up` as the host has it", async () => {
    const before = await on(backendProcess);
    const urn = (await urns(stack)).find((one) => one.endsWith("::geo-backend")) ?? "";
    const { testUrl } = await stack.outputs();
    await stack.must("state", "delete", "--yes", urn);
    await using prober = new Prober(testUrl as string, 50);
    const words = ["command:remote:Command", "geo-backend", "geo-backend", "--generate-code=false"];
    const { exitCode, output } = await stack.pulumi("import", ...words, "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("importing failed");
    expect((await urns(stack)).filter((one) => one.endsWith("::geo-backend"))).toEqual([]);
    expect(await stack.up()).toMatch(/geo-backend created .*unchanged/);
    expect((await prober.stop()).failures).toEqual([]);
    expect(await on(backendProcess)).toBe(before);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a stopped backend is started by the next `up`", async () => {
    await on("pm2 stop geo-backend");
    expect(await stack.up()).toMatch(/drift: .*stopped/);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a service that refuses the token fails the `up`, and the hop and the next thing to do are named", async () => {
    await stack.must("config", "set", "--secret", "handshakeToken", "nobody's token");
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/failed ws:\/\/\S+ at token: /);
    expect(output).toMatch(/next: /);
    expect(output).not.toMatch(/^ +at /m);
    await stack.must("config", "rm", "handshakeToken");
    await stack.up();
  });

  it("`destroy` gives the host back as it was, and names the packages it keeps", async () => {
    const output = await stack.must("destroy", "--yes", "--skip-preview");
    expect(output).toMatch(/kept.*nginx/);
    expect(await on("sudo dpkg --verify nginx-common ufw; ls /etc/nginx/sites-enabled")).toBe("default\n");
    expect(await fingerprint(on)).toBe(bare);
    // What users wrote is theirs: it stays, as the packages do. So does the file of a release that was edited here.
    expect(await on("ls /srv/geo-backend")).toBe("kept\nshared\n");
    expect(await on("ls -d /etc/geo-system /usr/local/sbin/geo-system 2>/dev/null || :")).toBe("");
    expect(await on("sudo ufw status")).toBe("Status: inactive\n");
    expect(await on("test -x /usr/sbin/nginx && echo kept")).toBe("kept\n");
  });
});

/** What Pulumi knows of the host, but for the stack, its component and the providers. */
async function urns(stack: TestStack): Promise<string[]> {
  const { deployment } = JSON.parse(await stack.must("stack", "export")) as {
    deployment: { resources: { urn: string; custom: boolean; type: string }[] };
  };
  return deployment.resources.flatMap(({ urn, custom, type }) =>
    custom && !type.startsWith("pulumi:") ? [urn] : [],
  );
}

const backendProcess = "pm2 jlist | grep -o '\"pid\":[0-9]*'; pm2 jlist | grep -o '\"restart_time\":[0-9]*'";

/** The processes that serve: the same ones after an `up` that has nothing to do. */
async function processes(on: (command: string) => Promise<string>): Promise<string> {
  return on(
    "pgrep -x nginx | sort; pm2 jlist | grep -o '\"pid\":[0-9]*'; pm2 jlist | grep -o '\"restart_time\":[0-9]*'",
  );
}

/** What the package may have changed outside of installed packages: ports, units, nginx's own sites. */
async function fingerprint(on: (command: string) => Promise<string>): Promise<string> {
  return on(
    [
      "systemctl list-unit-files --state=enabled --no-legend | awk '{print $1}' | grep -E 'pm2|geo' || :",
      "ls /etc/nginx/sites-enabled /etc/nginx/conf.d 2>/dev/null | grep geo || :",
      "sudo sha256sum /srv/geo-backend/secret.env /etc/nginx/sites-available/geo-system 2>/dev/null || :",
    ].join("; "),
  );
}

async function openWebSocket(url: string): Promise<Disposable & { socket: WebSocket }> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return { socket, [Symbol.dispose]: () => socket.terminate() };
}
