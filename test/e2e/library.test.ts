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

/** A program of an operator's own that has the package from its archive and makes two hosts. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

const backendSecretEnvironment = { TOKEN_SECRET: pulumi.secret("a secret of more than sixteen characters") };
const host = ({ name, address, hostKey, nodeSource }) =>
  new WebSocketHost(name, { host: pulumi.output(address), hostKey, nodeSource, backendSecretEnvironment });
export const urls = new pulumi.Config().requireObject("hosts").map(host).map((one) => one.testUrl);
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

it("a program of one's own makes two hosts, and both answer", async () => {
  hosts = await Promise.all(names.map((name) => sandbox.up(name)));
  const state = join(folder, "state");
  await mkdir(state);
  const environment = {
    ...pulumiEnvironment(),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "x",
    PULUMI_STACK: "two",
  };
  const pulumi = async (...args: string[]) =>
    execa("pulumi", args, { cwd: folder, env: { ...process.env, ...environment } });
  const config = hosts.map(({ address, hostKey }, index) => ({
    name: `host-${index}`,
    address,
    hostKey,
    nodeSource: "npm",
  }));
  urls = await withAgent(
    hosts.map(({ keyPath }) => keyPath),
    async () => {
      await pulumi("stack", "init", "two");
      await pulumi("config", "set", "hosts", JSON.stringify(config));
      await pulumi("up", "--yes", "--skip-preview");
      return JSON.parse(
        (await pulumi("stack", "output", "urls", "--json", "--show-secrets")).stdout,
      ) as string[];
    },
  );
  expect(urls).toHaveLength(2);
  for (const url of urls) expect(await rawHandshake(url)).toMatch(/^HTTP\/1\.1 101 /);
  expect(new Set(urls.map((url) => new URL(url).host)).size).toBe(2);
});

it("the command that came with it looks at them, with no checkout and no stack", async () => {
  const [{ address, hostKey, keyPath }] = hosts as [sandbox.SandboxInfo];
  const token = new URL(urls[0] ?? "").searchParams.get("token");
  const named = ["--url", `ws://${address}/ws?token=${token}`, "--host-key", hostKey, "--identity", keyPath];
  const geoSystem = (...args: string[]) =>
    execa(join(folder, "node_modules/.bin/geo-system"), args, {
      cwd: folder,
      env: { HOME: folder, NO_COLOR: "1" },
      all: true,
      reject: false,
    });
  expect(await geoSystem("diagnose", ...named)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Healthy/m),
  });
  expect(await geoSystem("status", ...named)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("geo-backend"),
  });
  const lost = await geoSystem("diagnose", "--explain", "504 Gateway Time-out");
  expect(lost.stdout).toContain("check: npx geo-system diagnose\n");
  expect(lost.stdout).not.toContain("npm run");
  expect(await geoSystem("up")).toMatchObject({
    exitCode: 2,
    all: "geo-system up: works in a checkout of this package; in your own program: pulumi up",
  });
});

it("the archive holds what runs, and no source, test or sandbox", async () => {
  const { stdout } = await execa("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: packageRoot,
  });
  const [archive] = JSON.parse(stdout) as [{ files: { path: string }[]; unpackedSize: number }];
  const folders = new Set(archive.files.map(({ path }) => path.split("/")[0]));
  expect([...folders].sort()).toEqual([
    ...[
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
