import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";

const folder = mkdtempSync(join(tmpdir(), "create-"));
const create = (args: readonly string[], input?: string) =>
  execa("node", [join(packageRoot, "create/create.mjs"), ...args], {
    ...{ cwd: folder, reject: false, ...(input !== undefined && { input }) },
  });
const read = (path: string) => readFileSync(join(folder, path), "utf8");

it("asks for what was not said, again where the answer cannot be meant, and writes it", async () => {
  const { exitCode, stderr } = await create(
    ["asked", "--user", "deploy"],
    "a b\n203.0.113.7\n../chat\nacme\n",
  );
  expect(stderr).toContain("expected a name or an address such as 203.0.113.7");
  expect(exitCode).toBe(0);
  expect(read("asked/Pulumi.prod.yaml")).toBe(
    'config:\n  asked:host: "203.0.113.7"\n  asked:user: "deploy"\n  asked:backendSource: "../chat"\n  asked:tls: "acme"\n',
  );
});

it("writes a project under its own name, without the questions of `pulumi new`", async () => {
  await create(["shop", "--yes", "--host", "203.0.113.7", "--stack", "dev"]);
  expect(read("shop/Pulumi.yaml")).toBe(
    "name: shop\ndescription: A host that serves a WebSocket backend\nruntime: nodejs\n",
  );
  expect(JSON.parse(read("shop/package.json")).name).toBe("shop");
  expect(read("shop/.gitignore")).toContain("node_modules/");
  expect(existsSync(join(folder, "shop/Pulumi.dev.yaml"))).toBe(true);
});

it("the template depends on what this package has", () => {
  const { dependencies, version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  expect(JSON.parse(read("shop/package.json")).dependencies).toEqual({
    "@pulumi/pulumi": `^${dependencies["@pulumi/pulumi"]}`,
    "geo-system": `^${version}`,
  });
  const own = JSON.parse(readFileSync(join(packageRoot, "create/package.json"), "utf8"));
  expect(own.version).toBe(version);
});

it.each([
  [["--yes", "none"], "--host: expected a name or an address such as 203.0.113.7, found nothing"],
  [["--yes", "none", "--host", "h", "--tls", "on"], "--tls: expected self-signed, acme, off, found on"],
  [["--yes", "bad name", "--host", "h"], "the folder names the project"],
  [["--yes", "full", "--host", "h"], "expected a folder that is empty or not there, found files in it"],
  [["--hots", "h"], "Unknown option '--hots'"],
])("refuses %j", async (args, says) => {
  if (args.includes("full")) await create(["full", "--yes", "--host", "h"]);
  const { exitCode, stderr } = await create(args);
  expect(stderr).toContain(says);
  expect(exitCode).toBe(2);
  expect(existsSync(join(folder, "none"))).toBe(false);
});

it("leaves what is in a folder alone", async () => {
  const own = mkdtempSync(join(tmpdir(), "own-"));
  writeFileSync(join(own, "index.ts"), "mine");
  const { exitCode } = await create([own, "--yes", "--host", "h"]);
  expect([exitCode, readFileSync(join(own, "index.ts"), "utf8")]).toEqual([2, "mine"]);
});

it("its archive holds what runs and the template, and nothing else", async () => {
  const options = { cwd: join(packageRoot, "create") };
  const { stdout } = await execa("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], options);
  const [archive] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  expect(archive.files.map(({ path }) => path).sort()).toEqual([
    ...[
      "create.mjs",
      "package.json",
      "project.mjs",
      "questions.mjs",
      "template/Pulumi.yaml",
      "template/index.ts",
    ],
    ...["template/package.json", "template/tsconfig.json"],
  ]);
});
