import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { ownEnvironment } from "../../../operate/own/environment.ts";
import { ownStack } from "../../../operate/own/stack.ts";
import { projectHere } from "../../../operate/project.ts";

function made(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "程序 own-"));
  writeFileSync(join(folder, "Pulumi.yaml"), text);
  return folder;
}

/** A folder in which a command of that name can be run. */
function withCommand(folder: string, path: string, script: string) {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

it("a program of one's own is that of the nearest Pulumi.yaml", () => {
  const folder = made("name: shop\nruntime: nodejs\n");
  const below = join(folder, "src/deep");
  mkdirSync(below, { recursive: true });
  expect(projectHere(below)).toEqual({ folder, name: "shop", own: true });
});

it("without one a checkout means itself, and an installed command says what it needs", () => {
  const empty = mkdtempSync(join(tmpdir(), "empty-"));
  expect(projectHere(packageRoot)).toEqual({ folder: packageRoot, name: "geo-system", own: false });
  expect(projectHere(empty, false).folder).toBe(packageRoot);
  expect(() => projectHere(empty, true)).toThrow(`no Pulumi.yaml in ${empty} or above it`);
});

it("a Pulumi.yaml without a name is said with what it has", () => {
  expect(() => projectHere(made("runtime: nodejs\n"))).toThrow(
    "Pulumi.yaml: name: expected the name of the project, found undefined",
  );
});

it("Pulumi's CLI is looked for in the project, on the PATH, and where its installer puts it", () => {
  const folder = made("name: shop\n");
  const nowhere = { PATH: "", PULUMI_HOME: join(folder, "home") };
  expect(() => ownEnvironment(folder, nowhere)).toThrow(
    /^Pulumi's CLI: expected a command pulumi on the PATH, in .*node_modules\/\.bin or in .*home\/bin, found none\n {2}next:/,
  );
  withCommand(folder, "home/bin/pulumi", "exit 0");
  expect(ownEnvironment(folder, nowhere).PATH?.split(":").at(-1)).toBe(join(folder, "home/bin"));
});

it("without a selected stack those are named that have a file", async () => {
  const folder = made("name: shop\n");
  withCommand(folder, "node_modules/.bin/pulumi", "exit 1");
  const project = projectHere(folder);
  await expect(ownStack(project, undefined)).rejects.toThrow("next: pulumi stack init NAME");
  writeFileSync(join(folder, "Pulumi.prod.yaml"), "");
  await expect(ownStack(project, undefined)).rejects.toThrow(
    `no stack is selected in ${folder}\n  next: --stack prod`,
  );
  expect((await ownStack(project, "prod")).environment.PULUMI_STACK).toBe("prod");
});
