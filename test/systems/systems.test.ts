import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systems } from "../../sandbox/host/distribution.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { Prober } from "../support/prober.ts";
import { rawHandshake } from "../support/raw-websocket.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";

/*
 * The main job on every system that hosts may run, as it ships: with the classic sudo and GNU's coreutils, and with
 * sudo-rs and those in Rust (Ubuntu 26.04). On demand: `npm test -- --project systems`, one of them by `-t debian-13`.
 */
const site = "/etc/nginx/sites-available/geo-system";

/** What a host of that system must have, so that the run proves something of it: release file, sudo and `ls`. */
const shipped: Record<(typeof systems)[number], [RegExp, RegExp, RegExp]> = {
  "ubuntu-22.04": [/^ubuntu 22\.04$/m, /^Sudo version 1\.9/, /GNU coreutils/],
  "ubuntu-24.04": [/^ubuntu 24\.04$/m, /^Sudo version 1\.9/, /GNU coreutils/],
  "ubuntu-26.04": [/^ubuntu 26\.04$/m, /^sudo-rs /, /uutils coreutils/],
  "debian-12": [/^debian 12$/m, /^Sudo version 1\.9/, /GNU coreutils/],
  "debian-13": [/^debian 13$/m, /^Sudo version 1\.9/, /GNU coreutils/],
};

describe.each(systems)("a host of %s", (system) => {
  let stack: TestStack;
  let bare: string;
  const proven = async () => rawHandshake((await stack.outputs()).testUrl as string);

  beforeAll(async () => {
    stack = await TestStack.start(system.replace(".", ""), { system });
    bare = await fingerprint(stack);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  it("is what it says", async () => {
    const [release, sudo, coreutils] = shipped[system];
    expect(await stack.on('. /etc/os-release; echo "$ID $VERSION_ID"')).toMatch(release);
    expect(await stack.on("sudo --version")).toMatch(sudo);
    expect(await stack.on("ls --version")).toMatch(coreutils);
    expect(await stack.on("systemctl is-system-running --wait")).toBe("running\n");
  });

  it("answers a handshake from outside after the first `up`, and has nothing to do after it", async () => {
    expect(await stack.up()).toMatch(/Handshake proven from outside/);
    expect(await proven()).toMatch(/^HTTP\/1\.1 101 /);
    await stack.must("preview", "--expect-no-changes");
    await stack.up("--expect-no-changes");
  });

  it("takes a release without a failed handshake", async () => {
    const { testUrl = "", caCertificate, release } = await stack.outputs();
    const backend = await stack.copyOfBackend();
    await appendFile(join(backend, "public/index.html"), "<!-- the next release -->\n");
    await stack.configure({ backendSource: backend, handshake: "example" });
    await using prober = new Prober(testUrl, 50, { ca: caCertificate as string });
    await stack.up();
    const { made, failures } = await prober.stop();
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(20);
    expect((await stack.outputs()).release).not.toBe(release);
  });

  it("shows what was changed by hand, and repairs it", async () => {
    await stack.on(
      `sudo sed -i 's/86400s/60s/' ${site}; sudo ufw delete allow 443/tcp; pm2 stop geo-backend`,
    );
    const preview = await stack.must("preview");
    for (const reason of [
      /geo-system was edited on the host at/,
      /rule 443\/tcp is missing in ufw/,
      /geo-backend is stopped/,
    ])
      expect(preview).toMatch(reason);
    await stack.up();
    await stack.must("preview", "--expect-no-changes");
    expect(await proven()).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("serves again after a power cut, and is found healthy", async () => {
    await sandbox.reboot(stack.host);
    const healthy = async () => {
      const { exitCode, output } = await stack.npm("diagnose");
      if (exitCode !== 0) throw new Error(output);
      return true;
    };
    await waitFor("the host to be healthy", healthy, { within: 60_000, every: 1000 });
    await stack.must("preview", "--expect-no-changes");
  });

  it("is given back as it was", async () => {
    await stack.must("destroy", "--yes", "--skip-preview");
    expect(await fingerprint(stack)).toBe(bare);
    expect(await stack.on("ls -d /etc/geo-system /usr/local/sbin/geo-system 2>/dev/null || :")).toBe("");
    expect(await stack.on("sudo ufw status")).toBe("Status: inactive\n");
  });
});

/** What the package may have changed outside of installed packages, which stay: Node and pm2 as well. */
function fingerprint(stack: TestStack): Promise<string> {
  return stack.on(
    [
      "systemctl list-unit-files --state=enabled --no-legend | awk '{print $1}' | grep -E 'pm2|geo' || :",
      "ls /etc/nginx/sites-enabled /etc/nginx/conf.d 2>/dev/null | grep geo || :",
      "ls /usr/local/sbin /etc/sudoers.d /etc/systemd/system",
    ].join("; "),
  );
}
