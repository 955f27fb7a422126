import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { waitFor } from "../support/wait.ts";

describe("a sandbox", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("life");
  });
  afterAll(() => host?.[Symbol.asyncDispose]());

  it("is an ordinary server: its own name, systemd, and a user who may become root", async () => {
    expect(await host.run("hostname")).toBe(host.name);
    expect(await host.run("whoami; sudo whoami")).toBe("ubuntu\nroot");
    expect(await host.run("systemctl is-system-running --wait")).toBe("running");
    expect(await host.run("getent hosts $(hostname)")).toContain(host.name);
  });

  it("has nothing that the package installs by itself", async () => {
    const found = await host.run("for c in nginx ufw node npm pm2; do command -v $c || echo no $c; done");
    expect(found).toBe("no nginx\nno ufw\nno node\nno npm\nno pm2");
  });

  it("reaches the archives of its system, so that apt works", async () => {
    expect(await host.run("sudo apt-get update 2>&1")).not.toMatch(/^(W|E|Err):?/m);
    expect(await host.run("apt-cache policy nginx")).toMatch(/Candidate: \d/);
  });

  it.runIf(process.env.NODE_EXTRA_CA_CERTS)(
    "hands this machine's certificates to logins, sudo and services",
    async () => {
      const wanted = "/etc/ssl/certs/ca-certificates.crt";
      expect(await host.run("printenv NODE_EXTRA_CA_CERTS")).toBe(wanted);
      expect(await host.run("sudo printenv NODE_EXTRA_CA_CERTS")).toBe(wanted);
      expect(await host.run("sudo systemd-run --quiet --wait --pipe printenv NODE_EXTRA_CA_CERTS")).toBe(
        wanted,
      );
    },
  );

  it("says how to reach it, with the host key that it really shows", async () => {
    const { stdout } = await execa("ssh-keyscan", ["-t", "ed25519", host.address]);
    expect(stdout).toBe(`${host.address} ${host.info.hostKey}`);
    expect(sandbox.info(host.name)).toEqual(host.info);
  });

  it("stays as it is when it is started again", async () => {
    await host.run("echo here >left-by-me");
    expect(await sandbox.up(host.name)).toEqual(host.info);
    expect(await host.run("cat left-by-me")).toBe("here");
  });

  it("comes back from a power cut with its files, its address and its keys", async () => {
    const before = await bootTime(host);
    await sandbox.powerCut(host.name);
    expect(sandbox.info(host.name)).toBeUndefined();
    expect(await sandbox.up(host.name)).toEqual(host.info);
    expect(await host.run("cat left-by-me")).toBe("here");
    expect(await bootTime(host)).not.toBe(before);
  });

  it("comes back when somebody inside types reboot", async () => {
    const before = await bootTime(host);
    await host.run("sudo systemd-run --quiet --on-active=100ms systemctl reboot");
    await waitFor("the host to boot again", async () => (await bootTime(host)) !== before, {
      within: 20_000,
    });
    expect(await host.run("cat left-by-me")).toBe("here");
  });

  it("can be cut off from the network and back without noticing", async () => {
    await using outside = await host.outside();
    await outside.connects(22);
    await sandbox.unplug(host.name);
    await outside.refuses(22);
    await sandbox.plug(host.name);
    await outside.connects(22);
  });

  it("is a fresh one after a reset, at the same address, with new keys", async () => {
    const fresh = await sandbox.reset(host.name);
    expect(fresh.address).toBe(host.address);
    expect(fresh.hostKey).not.toBe(host.info.hostKey);
    expect(await host.fails("cat left-by-me")).toContain("No such file");
  });
});

/** When the host's first process started: another one for each boot. */
function bootTime(host: TestHost): Promise<string> {
  return host.run("systemctl show --value --property=UserspaceTimestampMonotonic");
}
