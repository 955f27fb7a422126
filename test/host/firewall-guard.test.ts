import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { firewallPayload } from "../../infra/render/firewall.ts";
import { commandText } from "../../infra/render/scripts.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { startHost, TestHost } from "../support/host.ts";
import type { Outside } from "../support/second-machine.ts";
import { waitFor } from "../support/wait.ts";
import { result } from "./support/served-host.ts";
import { sshOn, swapSshSocket } from "./support/sshd.ts";

/*
 * No change of the firewall can lock an operator out: the host takes back what no new connection confirmed. Each story
 * starts with a firewall that is off and holds two rules of others, and ends with an operator who can log in.
 */
let host: TestHost;
let outside: Outside;

const others = ["ufw deny from 192.0.2.7", "ufw allow 8080/tcp"];
const wanted = (seconds: number, tls: "off" | "self-signed" = "self-signed") =>
  firewallPayload({ tls, firewallTimeout: seconds });
const applyLine = "sudo geo-system firewall apply";
const apply = (seconds: number, from = host) => from.run(applyLine, { input: wanted(seconds) });
const confirmLine = "sudo geo-system firewall confirm";
const confirm = (from = host) => from.run(confirmLine);
const rules = async (from = host) => (await from.run("sudo ufw show added")).split("\n").slice(1);
const status = (from = host) => from.run("sudo ufw status");
const armed = (said: string) => /^armed (\w+):/m.exec(said)?.[1] ?? "none";
const traces = () =>
  host.run("ls /etc/systemd/system | grep geo-system; systemctl list-timers --all | grep geo-system || true");

/** The command with one mistake in it. */
const mistaken = (text: string, replacement: string) => {
  const command = commandText();
  expect(command.split(text)).toHaveLength(2);
  return host.installCommand(command.replace(text, replacement));
};
const forgetSsh = () => mistaken("do firewall_ssh_ports; done", "do say 2200; done");

/** The rules of others are there again, and nothing else; ufw is off. */
async function untilBefore(from = host): Promise<void> {
  const look = async () => (await status(from)) === "Status: inactive";
  await waitFor("the host to take the change back", look, { within: 30_000 });
  expect(await rules(from)).toEqual(others);
}

beforeAll(async () => {
  host = await startHost("guard");
  outside = await host.outside();
  await host.run("sudo apt-get -q update && sudo apt-get -q install --yes ufw");
  await host.run("sudo ufw allow 8080/tcp && sudo ufw insert 1 deny from 192.0.2.7");
  await host.installCommand(commandText());
});
afterEach(async () => {
  await host.installCommand(commandText());
  await host.run("sudo geo-system firewall undo");
  await untilBefore();
  await outside.connects(22);
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("a change of the firewall", () => {
  it("stays once a new connection came in, and leaves no timer and no unit behind", async () => {
    const said = await apply(60);
    expect(said).toMatch(/^armed \w+: taken back in 60 seconds, unless a new connection confirms it/m);
    expect(await traces()).toContain(`geo-system-firewall-${armed(said)}.timer`);
    expect(result(await host.run(`${confirmLine} --change ${armed(said)}`))).toBe("applied");
    expect(await traces()).toBe("");
    expect(await host.run(`${confirmLine} --change ${armed(said)}`)).toBe("unchanged");
    expect(await apply(60)).toBe("unchanged");
    expect(await host.run(`${confirmLine} --change none`)).toBe("unchanged");
    expect(await status()).toContain("Status: active");
  });

  it("is taken back when nobody confirms it; that is said, is a failure, and the next apply tries again", async () => {
    const said = await apply(3);
    await outside.refuses(8081);
    await untilBefore();
    expect(await traces()).toBe("");
    const late = await host.fails(`${confirmLine} --change ${armed(said)}`);
    expect(late).toContain(
      "the change was TAKEN BACK, the firewall is as it was before it: no new connection confirmed it within 3 seconds",
    );
    expect(late).toContain("let everybody in where sshd listens (22), so look between");
    expect(await host.fails("sudo geo-system firewall check")).toContain(
      "the last change was taken back: no new",
    );
    await apply(60);
    expect(result(await confirm())).toBe("applied");
    expect(await host.run("sudo geo-system firewall check")).toBe("unchanged");
  });

  it("is not confirmed by the connection that made it, nor by one that was open before", async () => {
    const said = await host.fails(`${applyLine} && ${confirmLine}`, { input: wanted(60) });
    expect(said).toContain("this connection is older than the change");
    const socket = `/tmp/kept-${host.name}`;
    const shared = (...more: string[]) => ["-S", socket, ...more, ...sshArguments(host.info)];
    await execa("ssh", shared("-M", "-N", "-f"), { stdio: "ignore" });
    await apply(60);
    const kept = await execa("ssh", [...shared(), confirmLine], { reject: false });
    await execa("ssh", shared("-O", "exit"));
    expect(kept.stderr).toContain("this connection is older than the change");
    expect(result(await confirm())).toBe("applied");
  });

  it("is not confirmed from the host itself, and not under another name", async () => {
    await apply(60);
    expect(await host.fails(`sudo systemd-run -q --pipe ${confirmLine.replace("sudo ", "")}`)).toContain(
      "this is no SSH connection",
    );
    expect(await host.fails(`${confirmLine} --change 0badcafe`)).toContain("under the name 0badcafe");
  });

  it("that forgets the SSH port shuts everybody out until the host takes it back, and says which port", async () => {
    await forgetSsh();
    const said = await apply(4);
    await outside.refuses(22);
    await untilBefore();
    await outside.connects(22);
    expect(await host.fails(`${confirmLine} --change ${armed(said)}`)).toContain(
      "the changed rules block port 22, where sshd listens",
    );
  });

  it("is taken back when the network goes away after it", async () => {
    const said = await apply(4);
    await sandbox.unplug(host.name);
    await expect(
      execa("ssh", ["-o", "ConnectTimeout=1", ...sshArguments(host.info), "true"]),
    ).rejects.toThrow();
    await sandbox.plug(host.name);
    await untilBefore();
    expect(await host.fails(`${confirmLine} --change ${armed(said)}`)).toContain("TAKEN BACK");
  });

  it("is taken back at the next start of the host, before its rules are loaded", async () => {
    await forgetSsh();
    const said = await apply(600);
    await host.reboot();
    await untilBefore();
    expect(await traces()).toBe("");
    expect(await host.fails(`${confirmLine} --change ${armed(said)}`)).toContain(
      "the host was started again before a new connection confirmed it",
    );
  });

  it("that follows one that nobody confirmed is taken back together with it", async () => {
    const first = await host.run(applyLine, { input: wanted(600, "off") });
    const second = await apply(4);
    expect(await host.fails(`${confirmLine} --change ${armed(first)}`)).toContain(
      "no change of the firewall waits",
    );
    await untilBefore();
    expect(await host.fails(`${confirmLine} --change ${armed(second)}`)).toContain("TAKEN BACK");
  });

  it("that was cut off before its confirmation is armed again by the next apply, which finds nothing to do", async () => {
    const cut = await apply(600);
    const next = await apply(60);
    expect(next).not.toContain("opened");
    expect(armed(next)).not.toBe(armed(cut));
    await confirm();
    expect(await traces()).toBe("");
  });

  it("is undone as if it had never been while it waits", async () => {
    await apply(600);
    expect(result(await host.run("sudo geo-system firewall undo"))).toBe("applied");
    expect(await rules()).toEqual(others);
    expect(await traces()).toBe("");
    expect(await host.run("sudo ls /var/lib/geo-system 2>/dev/null || true")).toBe("");
  });

  it("of a firewall that is on gives it back as it was, its rules in their order", async () => {
    await host.run("sudo ufw allow 22/tcp && sudo ufw default reject incoming && sudo ufw --force enable");
    const before = await host.run("sudo ufw status verbose");
    await apply(3);
    const back = async () => (await host.run("sudo ufw status verbose")) === before;
    await waitFor("the firewall as it was", back, { within: 30_000 });
    expect(await rules()).toEqual([...others, "ufw allow 22/tcp"]);
    await outside.connects(22);
    await outside.refuses(443);
    await host.run("sudo ufw disable && sudo ufw delete allow 22/tcp && sudo ufw default deny incoming");
  });
});

describe.sequential("the operator gets in", () => {
  it("where sshd listens on 2222 and only stale rules for 22 are there", async () => {
    await host.run("sudo ufw allow 22/tcp");
    await sshOn(host, 2222);
    const moved = new TestHost({ ...host.info, port: 2222 });
    await apply(60, moved);
    await confirm(moved);
    await outside.connects(2222);
    await outside.refuses(8081);
    await moved.run("sudo geo-system firewall undo && sudo ufw delete allow 22/tcp");
    await sshOn(moved, 22);
  });

  it("where sshd listens on two ports", async () => {
    await sshOn(host, 22, 2222);
    await apply(60);
    await confirm(new TestHost({ ...host.info, port: 2222 }));
    for (const port of [22, 2222]) await outside.connects(port);
    await outside.refuses(8081);
    await sshOn(host, 22);
  });

  it("whether systemd holds sshd's port or sshd itself", async () => {
    await swapSshSocket(host);
    await apply(60);
    await confirm();
    await outside.connects(22);
    await outside.refuses(8081);
    await swapSshSocket(host);
  });

  it("where a forwarder on the host hands his connection on to sshd", async () => {
    await host.run(
      "sudo systemd-run -q --unit forward --socket-property=ListenStream=2345 --socket-property=Accept=no /lib/systemd/systemd-socket-proxyd 127.0.0.1:22",
    );
    const forwarded = new TestHost({ ...host.info, port: 2345 });
    await apply(60, forwarded);
    expect(await rules()).toContain("ufw allow 2345/tcp comment 'geo-system'");
    await confirm(forwarded);
    await outside.connects(2345);
    // Another operator comes in directly.
    expect(await apply(60)).toBe("unchanged");
    expect(await host.run("sudo geo-system firewall check")).toBe("unchanged");
    await outside.connects(2345);
    await host.run("sudo systemctl stop forward.socket forward.service");
    await apply(60);
    await confirm();
    expect(await rules()).not.toContain("ufw allow 2345/tcp comment 'geo-system'");
  });
});
