import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packagesPayload } from "../../infra/render/packages.ts";
import { commandText } from "../../infra/render/scripts.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { untilPrints } from "../support/wait.ts";
import { nodeArchive, startMirror } from "./support/mirror.ts";
import { result, settingsFor } from "./support/served-host.ts";

const command = "sudo geo-system packages apply";
let host: TestHost;

const payload = (changes: Partial<Settings> = {}) => packagesPayload(settingsFor(host, changes));
const apply = (changes?: Partial<Settings>) => host.run(command, { input: payload(changes) });
const refused = (changes: Partial<Settings>) => host.fails(command, { input: payload(changes) });
const check = () => host.run("sudo geo-system packages check");
const listsAge = () => host.run("stat -c %y /var/lib/apt/lists");
const forgetUfw = () =>
  host.run("sudo apt-get purge -qy ufw && sudo find /var/lib/apt/lists -type f -delete");

beforeAll(async () => {
  host = await startHost("packages");
  await host.installCommand(commandText());
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("step packages", () => {
  it("goes on where a power cut in the middle of apt left it", async () => {
    await host.run(
      "printf '#!/bin/sh\\necho older\\n' | sudo install -m 0755 /dev/stdin /usr/local/bin/node",
    );
    const cut = host.fails(command, { input: payload() });
    await untilPrints((look) => host.run(look), "pgrep -xc dpkg || true", /^[1-9]/, { within: 60_000 });
    await host.reboot();
    await cut;
    expect(result(await apply())).toBe("applied");
    expect(await check()).toBe("unchanged");
  });

  it("installs every version that is pinned, for every user", async () => {
    const { nodeVersion } = settingsFor(host);
    expect(await host.run("node --version")).toBe(`v${nodeVersion}`);
    expect(await host.run("npm --version")).toMatch(/^11\./);
    expect(await host.run("pm2 --version | tail -n 1")).toBe("7.0.4");
    expect(await host.run("systemctl is-active nginx")).toBe("active");
    expect(await host.run("sudo ufw status")).toBe("Status: inactive");
  });

  it("does nothing the second time, not even ask the archive", async () => {
    const before = await listsAge();
    expect(await apply()).toBe("unchanged");
    expect(await listsAge()).toBe(before);
  });

  it("lets two runs at once happen one after the other", async () => {
    await host.run("sudo rm /usr/local/bin/pm2");
    const patient = () => host.run(`${command} --wait 120`, { input: payload() });
    const said = await Promise.all([patient(), patient()]);
    expect(said.map(result).sort()).toEqual(["applied", "unchanged"]);
    expect(said.join("\n")).toContain("waiting for another run: packages apply of ubuntu");
  });

  it("names what others changed, and repairs it", async () => {
    await host.run("sudo apt-get purge -qy ufw && sudo ln -sf /bin/true /usr/local/bin/npm");
    const said = await host.fails("sudo geo-system packages check");
    expect(said).toContain("apt package ufw is missing\n");
    expect(said).toContain("/usr/local/bin/npm does not lead to /opt/geo-system/node-v");
    expect(result(await apply())).toBe("applied");
    expect(await check()).toBe("unchanged");
  });

  it("stops at a failure in what it does at the same time", async () => {
    await host.run("sudo rm -f /usr/local/bin/npx && sudo mkdir /usr/local/bin/npx");
    expect(await refused({})).toMatch(/a command failed \(exit 1, line .*, in place_link\): mv /);
    await host.run("sudo rmdir /usr/local/bin/npx");
    expect(result(await apply())).toBe("applied");
  });

  it("finishes what an interrupted dpkg left unpacked", async () => {
    await forgetUfw();
    await host.run(
      `cd /tmp && sudo apt-get update -q && apt-get download -q ufw
       sudo dpkg --unpack ufw_*.deb && sudo touch /var/lib/dpkg/updates/0000`,
    );
    expect(await host.fails("sudo apt-get install -y ufw")).toContain("dpkg was interrupted");
    expect(await apply()).toMatch(/^finished an interrupted run of dpkg\n.*applied$/s);
    expect(await check()).toBe("unchanged");
  });

  it("waits for another apt to finish", async () => {
    await forgetUfw();
    const holder = `import fcntl, signal
files = [open(f, "w") for f in ("/var/lib/apt/lists/lock", "/var/lib/dpkg/lock-frontend")]
for f in files: fcntl.lockf(f, fcntl.LOCK_EX)
signal.pause()`;
    await host.run("cat > /tmp/other-apt.py", { input: holder });
    await host.run("sudo systemd-run --quiet --unit=other-apt python3 /tmp/other-apt.py");
    const said = apply();
    await untilPrints(
      (look) => host.run(look),
      "sudo grep -rl 'Could not get lock /var/lib/apt/lists/lock' /run/geo-system || true",
      /apt.log/,
    );
    await host.run("sudo systemctl stop other-apt");
    expect(await said).toContain("installed ufw");
  });

  it("takes a mirror in the place of the distribution's archive, and leaves the host's own list alone", async () => {
    await forgetUfw();
    const sources = "/etc/apt/sources.list.d/*.sources";
    const aptMirror = await host.run(`sed -n 's/^URIs: //p' ${sources} | head -n 1`);
    await host.run(`sudo sed -i.kept 's|^URIs: .*|URIs: http://127.0.0.1:9/none|' ${sources}`);
    expect(await refused({})).toContain(
      "next: can the host reach its package archive? a mirror: npx pulumi config set aptMirror URL",
    );
    expect(await apply({ aptMirror })).toContain("installed ufw");
    expect(await host.run(`sed -n 's/^URIs: //p' ${sources} | sort -u`)).toBe("http://127.0.0.1:9/none");
    await host.run(`for kept in ${sources}.kept; do sudo mv "$kept" "\${kept%.kept}"; done`);
  });

  it("refuses a version that does not exist, and the one before stays", async () => {
    expect(await refused({ nodeVersion: "24.99.99" })).toMatch(
      /node-linux-\w+ 24\.99\.99 could not be fetched from .*\n {2}next: can the host reach it\?/,
    );
    expect(await check()).toBe("unchanged");
  });

  it("refuses the distribution's Node where it is too old, and says which source to choose", async () => {
    const said = await refused({ nodeSource: "distribution" });
    expect(said).toMatch(/the distribution's nodejs is 18\.\S+, expected a long-term release from 20\.6 on/);
    expect(said).toContain(
      "another source: npx pulumi config set nodeSource archive (nodejs.org), nodesource, or npm",
    );
    expect(await check()).toBe("unchanged");
  });

  it("refuses an archive that is not what its checksum says", async () => {
    const files = await nodeArchive("24.98.0");
    files.set("v24.98.0/SHASUMS256.txt", `${"0".repeat(64)}  node-v24.98.0-linux-${process.arch}.tar.xz\n`);
    await using mirror = await startMirror(host, files);
    const said = await refused({ nodeSource: "archive", nodeMirror: mirror.url, nodeVersion: "24.98.0" });
    expect(said).toContain(`expected the sha256sum ${"0".repeat(64)}, found `);
    expect(await check()).toBe("unchanged");
  });

  it("moves to Node from an archive, and keeps the one before for what still runs", async () => {
    await using mirror = await startMirror(host, await nodeArchive("24.98.0"));
    const archive = { nodeSource: "archive", nodeMirror: mirror.url, nodeVersion: "24.98.0" } as const;
    expect(result(await apply(archive))).toBe("applied");
    expect(await host.run("node --version")).toBe("v24.98.0");
    expect(await host.run("ls -d /opt/geo-system/node-*")).toMatch(/node-v24\.[^9]\S*\n\S*node-v24\.98\.0$/);
    expect(await check()).toBe("unchanged");
    expect(result(await apply())).toBe("applied");
  });

  it("takes Node from NodeSource's archive, which stays for the updates", async () => {
    await host.run("bash -s", {
      input: readFileSync(new URL("fixtures/nodesource.sh", import.meta.url), "utf8"),
    });
    const source = { nodeSource: "nodesource", nodeMirror: "http://127.0.0.1:8000" } as const;
    expect(await apply({ ...source, nodeVersion: "24.96.0" })).toContain(
      "installed nodejs 24.96.0-1nodesource1\n",
    );
    expect(await apply({ ...source, nodeVersion: "24.97.0" })).toContain(
      "installed nodejs 24.97.0-1nodesource1\n",
    );
    expect(await host.run("node --version")).toBe("v24.97.0");
    expect(await apply({ ...source, nodeVersion: "24.97.0" })).toBe("unchanged");
    expect(await check()).toBe("unchanged");
    expect(await refused({ ...source, nodeVersion: "24.99.0" })).toContain(
      "apt could not install nodejs=24.99.0-*",
    );
    await apply();
  });

  it("keeps packages on undo and names them, and gives back what lay in the place of a link", async () => {
    const said = await host.run("sudo geo-system packages undo");
    expect(result(said)).toMatch(
      /^applied: kept nginx, (nodejs, )?ufw, Node v24\..*, npm 11\..*, pm2 7\.0\.4$/,
    );
    expect(said).toMatch(/kept \/opt\/geo-system\/pm2-\w{16}\n/);
    expect(await host.run("node")).toBe("older");
    expect(await host.run("command -v nginx ufw pm2 | wc -l")).toBe("3");
    expect(await host.run("sudo geo-system packages undo")).toMatch(
      /^unchanged: kept Node v24\..*, pm2 7\.0\.4$/m,
    );
  });
});
