import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { Prober } from "../support/prober.ts";
import { TestStack } from "../support/stack.ts";

/*
 * A host with many oddities at once: no Python, a closed umask, a /tmp where nothing runs, a kernel without IPv6, and a
 * clock that is an hour ahead. Each story goes on from where the one before left it.
 */
const script = readFileSync(new URL("fixtures/odd-host.sh", import.meta.url), "utf8");
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start("odd");
  await execa("ssh", [...sshArguments(stack.info()), "sudo bash -s"], { input: script, all: true });
  const files = join(stack.files, "page");
  await mkdir(files);
  await writeFile(join(files, "index.html"), "<title>odd</title>");
  await stack.configure({ routes: { "/ws": { websocket: true }, "/": { files } } });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const nothingIsLeft = () => stack.must("preview", "--expect-no-changes");

it("is what it is said to be", async () => {
  expect(await stack.on("command -v python3 || echo none")).toBe("none\n");
  expect(await stack.on("umask; sudo sh -c umask; sudo -u ubuntu sh -c umask")).toBe("0077\n0077\n0077\n");
  expect(await stack.on("cp /bin/true /tmp; /tmp/true 2>&1 || rm /tmp/true")).toContain("Permission denied");
  expect(await stack.on("(: < /dev/tcp/::1/22) 2>&1 || :")).toContain("Address family not supported");
  expect(Number(await stack.on("date +%s")) - Date.now() / 1000).toBeGreaterThan(3500);
});

it("is previewed and provisioned, and then nothing is left to do", async () => {
  const preview = await stack.must("preview");
  expect(preview).toContain("this host was never provisioned");
  expect(preview).not.toMatch(/refused|error/);
  expect(await stack.up()).toMatch(/Handshake proven from outside/);
  await nothingIsLeft();
});

it("has nginx read a page that came under a closed umask", async () => {
  const { url = "" } = await stack.outputs();
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([200, "<title>odd</title>"]);
});

it("has neither sockets nor rules of IPv6, and none is missed", async () => {
  expect(await stack.on("sudo nginx -T 2>/dev/null | grep -cF '[::]' || :")).toBe("0\n");
  expect(await stack.on("sudo ufw status")).not.toContain("(v6)");
  for (const step of ["packages", "firewall", "site", "backend"])
    expect(await stack.on(`sudo geo-system ${step} check`)).toBe("unchanged\n");
});

it("is diagnosed as healthy, with its clock as the one thing that is odd", async () => {
  const { exitCode, output } = await stack.npm("diagnose", "--json");
  const cause = expect.stringMatching(/^the host's clock is 60 minutes ahead of this machine's: /);
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ healthy: true, verdict: { hop: "clock", cause }, others: [] });
});

it("takes a release and a rule of the firewall, and no handshake fails", async () => {
  const { testUrl = "" } = await stack.outputs();
  await stack.on("sudo ufw delete allow 443/tcp");
  await stack.must("config", "set", "--path", "backendEnvironment.ODD", "yes");
  await using prober = new Prober(testUrl, 50);
  expect(await stack.up()).toMatch(/Handshake proven from outside/);
  const { made, failures } = await prober.stop();
  expect(failures).toEqual([]);
  expect(made).toBeGreaterThan(50);
  await nothingIsLeft();
});

it("is given back", async () => {
  expect(await stack.must("destroy", "--yes", "--skip-preview")).toMatch(/kept.*nginx/);
  expect(await stack.on("sudo nginx -t -q; systemctl is-active nginx; sudo ufw status")).toBe(
    "active\nStatus: inactive\n",
  );
});
