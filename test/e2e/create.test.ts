import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";

/** No host answers there, so that the preview tells what an `up` would make. */
const host = "127.0.0.1";
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAZXYL4ZbU9OcPyiI1foUHVrTqiF5/Cxohfdvdt1lwJf";

let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "new-"));
  await mkdir(join(folder, "state"));
  environment = {
    ...pulumiEnvironment(),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "x",
    NO_COLOR: "1",
  };
  await execa("npm", ["pack", "--silent", packageRoot], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const within = (name: string) => ({ cwd: join(folder, name), env: environment });

/** The package is in no registry: its archive takes the place of the version that the template names. */
async function install(name: string): Promise<void> {
  const archive = (await execa("sh", ["-c", "ls geo-system-*.tgz"], { cwd: folder })).stdout;
  const manifest = join(folder, name, "package.json");
  const { dependencies, ...rest } = JSON.parse(await readFile(manifest, "utf8"));
  const own = { ...dependencies, "geo-system": `file:../${archive}` };
  await writeFile(manifest, JSON.stringify({ ...rest, dependencies: own }));
  await execa(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"],
    within(name),
  );
}

async function previewed(name: string, secret = "backendSecretEnvironment.TOKEN_SECRET"): Promise<string> {
  const run = (command: string, ...args: string[]) => execa(command, args, within(name));
  await run("pulumi", "config", "set", "--stack", "prod", "hostKey", hostKey);
  await run(
    ...(["pulumi", "config", "set", "--stack", "prod", "--secret", "--path"] as const),
    ...[secret, "a secret of more than sixteen characters"],
  );
  await run("npx", "--no-install", "tsc", "--noEmit");
  return (await run("npx", "--no-install", "geo-system", "preview", "-s", "prod", "--diff")).stdout;
}

const everyStep = /geo-firewall[\s\S]*geo-site[\s\S]*geo-backend/;

it("npm create geo-system writes a project whose preview shows every step", async () => {
  const create = join(packageRoot, "create/create.mjs");
  const { stdout } = await execa("node", [create, "shop", "--yes", "--host", host], { cwd: folder });
  expect(stdout).toContain("  cd shop\n  npm install\n  pulumi stack init prod\n");
  await install("shop");
  await execa("pulumi", ["stack", "init", "prod", "--no-select"], within("shop"));
  expect(await previewed("shop")).toMatch(everyStep);
});

it("pulumi new writes the same from the template's path", async () => {
  const template = join(packageRoot, "create/template");
  const given = ["--name", "chat", "--stack", "prod", "--config", `host=${host}`, "--config", "tls=off"];
  await mkdir(join(folder, "chat"));
  await execa("pulumi", ["new", template, "--yes", "--generate-only", "--force", ...given], within("chat"));
  await install("chat");
  await execa("pulumi", ["stack", "init", "prod", "--no-select"], within("chat"));
  await execa("pulumi", ["config", "set", "--stack", "prod", "host", host], within("chat"));
  expect(await previewed("chat")).toMatch(everyStep);
});

it.each([
  ["minimal", "tokenSecret", everyStep],
  ["own-backend", "apiKey", everyStep],
  ["several-applications", "apiKey", /geo-site[\s\S]*geo-backend-api[\s\S]*geo-backend-chat/],
])("the example %s is a project whose preview shows every step", async (example, secret, steps) => {
  await cp(join(packageRoot, "examples", example), join(folder, example), { recursive: true });
  // It has the dependencies of the first project: to install them once is enough.
  await symlink(join(folder, "shop/node_modules"), join(folder, example, "node_modules"));
  await execa("pulumi", ["stack", "init", "prod", "--no-select"], within(example));
  await execa("pulumi", ["config", "set", "--stack", "prod", "host", host], within(example));
  expect(await previewed(example, secret)).toMatch(steps);
});
