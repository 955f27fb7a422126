import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withAgent } from "../../infra/host/agent.ts";
import { packageRoot } from "../../infra/package-root.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";
import { rawHandshake } from "../support/raw-websocket.ts";
import { waitFor } from "../support/wait.ts";

/** A program of an operator's own that has the package from its archive and makes two hosts. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

const backendSecretEnvironment = { TOKEN_SECRET: pulumi.secret("a secret of more than sixteen characters") };
const host = ({ name, address, hostKey, nodeSource }) =>
  new WebSocketHost(name, { host: pulumi.output(address), hostKey, nodeSource, backendSecretEnvironment });
export const urls = new pulumi.Config().requireObject("hosts").map(host).map((one) => one.testUrl);
`;

const plugInProject = `name: other
runtime: { name: nodejs, options: { typescript: false } }
plugins: { providers: [{ name: geo-system, path: ../node_modules/geo-system/provider }] }
`;

/** What the SDK of any language sends: a component that a plug-in makes. */
const asOtherLanguagesDo = ({ address, hostKey }: { address: string; hostKey: string }) => `
const pulumi = require("@pulumi/pulumi");

const args = {
  ...${JSON.stringify({ host: address, hostKey, nodeSource: "npm", backendSource: "../node_modules/geo-system/examples/geo-backend" })},
  port: new pulumi.Config().requireNumber("port"),
  backendSecretEnvironment: { TOKEN_SECRET: pulumi.secret("a secret of more than sixteen characters") },
  wssUrl: undefined,
  testUrl: undefined,
};
const geo = new pulumi.ComponentResource("geo-system:index:WebSocketHost", "geo", args, {}, true);
exports.wssUrl = geo.wssUrl;
exports.testUrl = geo.testUrl;
`;

let folder: string;
let hosts: sandbox.SandboxInfo[];
let urls: string[];
const names = ["one", "two"].map((name) => `sandbox-library-${name}-${process.pid}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "程序 program-"));
  const files = {
    "package.json": JSON.stringify({ name: "own", type: "module", main: "index.js" }),
    "Pulumi.yaml": "name: own\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "index.js": program,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { stdout } = await execa("npm", ["pack", "--silent", packageRoot], { cwd: folder });
  const archive = stdout.trim().split("\n").at(-1);
  await execa(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", `./${archive}`],
    {
      cwd: folder,
    },
  );
});

afterAll(async () => {
  await Promise.all(names.map((name) => sandbox.down(name)));
  await rm(folder, { recursive: true, force: true });
});

/** The stack's environment, and the keys of both hosts in an agent. */
const inStack = <T>(run: () => Promise<T>) =>
  withAgent(
    hosts.map(({ keyPath }) => keyPath),
    run,
  );
const environment = () => ({
  ...pulumiEnvironment(),
  PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
  PULUMI_CONFIG_PASSPHRASE: "x",
  NO_COLOR: "1",
});
const pulumi = (...args: string[]) => execa("pulumi", args, { cwd: folder, env: environment() });
const geoSystemIn = (cwd: string, ...args: string[]) =>
  execa(join(folder, "node_modules/.bin/geo-system"), args, {
    ...{ cwd, env: environment(), all: true, reject: false },
  });
const geoSystem = (...args: string[]) => geoSystemIn(folder, ...args);

it("a program of one's own makes two hosts, and both answer", async () => {
  hosts = await Promise.all(names.map((name) => sandbox.up(name)));
  await mkdir(join(folder, "state"));
  const config = hosts.map(({ address, hostKey }, index) => ({
    ...{ name: `host-${index}`, address, hostKey, nodeSource: "npm" },
  }));
  await pulumi("stack", "init", "two", "--no-select");
  await pulumi("config", "set", "--stack", "two", "hosts", JSON.stringify(config));
  const up = await inStack(() => geoSystem("up", "-s", "two", "--yes", "--skip-preview", "--diff"));
  expect(up).toMatchObject({ exitCode: 0 });
  for (const name of ["host-0", "host-1"]) expect(up.all).toContain(`The WebSocket of ${name} is proven.`);
  const { stdout } = await pulumi("stack", "output", "urls", "--stack", "two", "--json", "--show-secrets");
  urls = JSON.parse(stdout) as string[];
  expect(urls).toHaveLength(2);
  for (const url of urls) expect(await rawHandshake(url)).toMatch(/^HTTP\/1\.1 101 /);
  expect(new Set(urls.map((url) => new URL(url).host)).size).toBe(2);
});

it("a machine that the run came to know only now is let boot first, and that is said", async () => {
  const [{ name, address }] = hosts as [sandbox.SandboxInfo];
  await sandbox.powerCut(name);
  await inStack(async () => {
    const up = geoSystem("up", "-s", "two", "--yes", "--skip-preview"); // sshd answers before pm2 has started all
    let said = "";
    up.all.on("data", (text) => {
      said += text;
    });
    await waitFor("the `up` to wait for the machine", () => said.includes(`Waiting for ${address} to boot`), {
      within: 60_000,
    });
    await sandbox.up(name);
    expect(await up).toMatchObject({ exitCode: 0 });
  });
});

it("the command passes on what people type by habit, and names the nearest to what they mistype", async () => {
  await inStack(async () => {
    const urn = "**host-0-packages";
    const again = await geoSystem("up", "-s", "two", "-y", "--refresh", "--target", urn, "--json");
    expect(again.exitCode).toBe(0);
    expect(/^The WebSocket of/m.test(again.stdout)).toBe(false);
    const preview = await geoSystem("preview", "-s", "two", "--diff", "--expect-no-changes");
    expect(preview).toMatchObject({ exitCode: 0, all: expect.stringContaining("unchanged") });
    const markdown = await geoSystem("preview", "-s", "two", "--markdown");
    expect(markdown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("### two: ") });
  });
  expect(await geoSystem("up", "-s", "two", "--skip-previw")).toMatchObject({
    all: "error: pulumi up: unknown option --skip-previw; did you mean --skip-preview?",
    failed: true,
  });
});

it("the command finds the hosts in the state, one of them by its name", async () => {
  await inStack(async () => {
    const one = ["-s", "two", "--component", "host-0"];
    const status = await geoSystem("status", ...one);
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("geo-backend") });
    expect(await geoSystem("diagnose", ...one)).toMatchObject({
      ...{ exitCode: 0, stdout: expect.stringMatching(/^Healthy/m) },
    });
    const list = await geoSystem("rollback", "--list", "--json", ...one);
    expect(JSON.parse(list.stdout)).toMatchObject({ releases: [{ running: true }] });
  });
  const unclear = await geoSystem("status", "-s", "two");
  expect(unclear).toMatchObject({ exitCode: 2, stdout: "" });
  expect(unclear.stderr).toContain("found several: it has host-0 (198.18.");
  expect((await geoSystem("status")).stderr).toContain("no stack is selected");
});

it("without a Pulumi.yaml the command says what it needs", async () => {
  const empty = await mkdtemp(join(tmpdir(), "empty-"));
  for (const command of ["up", "preview", "rollback"])
    expect((await geoSystemIn(empty, command)).all).toContain(`no Pulumi.yaml in ${empty} or above it`);
  const diagnose = await geoSystemIn(empty, "diagnose");
  expect(diagnose).toMatchObject({
    exitCode: 2,
    all: expect.stringContaining("name the host: --host ADDRESS"),
  });
});

it("the command that came with it looks at them also with no project and no stack", async () => {
  const [{ address, hostKey, keyPath }] = hosts as [sandbox.SandboxInfo];
  const token = new URL(urls[0] ?? "").searchParams.get("token");
  const named = ["--url", `ws://${address}/ws?token=${token}`, "--host-key", hostKey, "--identity", keyPath];
  const elsewhere = (...args: string[]) =>
    execa(join(folder, "node_modules/.bin/geo-system"), args, {
      ...{ cwd: tmpdir(), env: { HOME: folder, NO_COLOR: "1" }, reject: false },
    });
  expect(await elsewhere("diagnose", ...named)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Healthy/m),
  });
  expect(await elsewhere("status", ...named)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("geo-backend"),
  });
  const lost = await elsewhere("diagnose", "--explain", "504 Gateway Time-out");
  expect(lost.stdout).toContain("check: npx geo-system diagnose\n");
  expect(lost.stdout).not.toContain("npm run");
});

it("--host takes a name of ssh_config, as ssh itself does", async () => {
  const [{ address, hostKey, keyPath }] = hosts as [sandbox.SandboxInfo];
  const home = await mkdtemp(join(tmpdir(), "ssh-home-"));
  await mkdir(join(home, ".ssh"));
  await writeFile(join(home, "known"), `${address} ${hostKey}\n`);
  await writeFile(
    join(home, ".ssh/config"),
    `Host prod\n  HostName ${address}\n  User ubuntu\n  IdentityFile ${keyPath}\n  UserKnownHostsFile ~/known\n`,
  );
  const status = await execa(join(folder, "node_modules/.bin/geo-system"), ["status", "--host", "prod"], {
    ...{ cwd: home, env: { HOME: home, NO_COLOR: "1", SSH_AUTH_SOCK: undefined }, reject: false },
  });
  expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("geo-backend") });
  expect(status.stderr.split("\n")).toEqual([
    `prod: HostName ${address}, User ubuntu, by ssh_config`,
    `prod: the key is ${keyPath}, by IdentityFile of ssh_config`,
  ]);
});

it("a program in another language has the same from the plug-in, on the host that was given back", async () => {
  const elsewhere = join(folder, "other language");
  const [{ address, hostKey }] = hosts as [sandbox.SandboxInfo];
  await mkdir(elsewhere);
  const files = {
    "Pulumi.yaml": plugInProject,
    "index.js": asOtherLanguagesDo({ address, hostKey }),
    "package.json": "{}",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(elsewhere, name), text);
  const other = (...args: string[]) =>
    execa("pulumi", args, { cwd: elsewhere, env: environment(), reject: false, all: true });
  await inStack(async () => {
    await pulumi("destroy", "--stack", "two", "--yes", "--skip-preview");
    await other("stack", "init", "other");
    await other("config", "set", "port", "99999");
    expect((await other("preview")).all).toContain("port: expected a TCP port, 1 to 65535, found 99999");
    await other("config", "set", "port", "22");
    expect(await other("up", "--yes", "--skip-preview")).toMatchObject({ exitCode: 0 });
    expect(await other("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });
  const { stdout } = await other("stack", "output", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ wssUrl: `wss://${address}/ws`, testUrl: "[secret]" });
  expect(await rawHandshake(`ws://${address}/ws`)).toMatch(/^HTTP\/1\.1 101 /);
});

it("the archive holds what runs, and no source, test or sandbox", async () => {
  const { stdout } = await execa("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: packageRoot,
  });
  const [archive] = JSON.parse(stdout) as [{ files: { path: string }[]; unpackedSize: number }];
  const folders = new Set(archive.files.map(({ path }) => path.split("/")[0]));
  expect([...folders].sort()).toEqual([
    ...[
      "CHANGELOG.md",
      "LICENSE",
      "PulumiPlugin.yaml",
      "README.md",
      "README.zh-CN.md",
      "dist",
      "docs",
      "examples",
      "operate",
      "package.json",
    ],
    ...["provider", "schema", "templates"],
  ]);
  expect(archive.files.filter(({ path }) => path.startsWith("operate/")).map(({ path }) => path)).toEqual([
    "operate/commands.mjs",
    "operate/geo-system.mjs",
    "operate/usage.mjs",
  ]);
  expect(archive.unpackedSize).toBeLessThan(8_000_000);
});
