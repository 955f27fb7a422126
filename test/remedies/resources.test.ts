import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { project } from "../../operate/run-pulumi.ts";
import { Prober } from "../support/prober.ts";
import { TestStack } from "../support/stack.ts";

/*
 * Every resource of a stack, forced in each of Pulumi's ways, and a state that is read again, damaged, moved or lost.
 * A client connects every 50 ms meanwhile, and none is turned away; at the end of each a preview has nothing to say.
 */
const resources = [
  ...["key", "ca-key", "request", "ca", "leaf", "command", "release", "packages", "firewall"],
  ...["firewall-confirm", "certificate", "site", "environment", "backend"],
];
let stack: TestStack;
let url: string;

beforeAll(async () => {
  stack = await TestStack.start("resources");
  await stack.up();
  url = (await stack.outputs()).testUrl ?? "";
});
afterAll(() => stack?.[Symbol.asyncDispose]());

/** What is done disturbs no client. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  await using prober = new Prober(url, 50);
  const done = await work();
  const { made, failures } = await prober.stop();
  expect(failures).toEqual([]);
  expect(made).toBeGreaterThan(10);
  return done;
}

const nothingIsLeft = () => stack.must("preview", "--expect-no-changes");

async function urnOf(name: string): Promise<string> {
  const { deployment } = JSON.parse(await stack.must("stack", "export"));
  return deployment.resources.find(({ urn }: { urn: string }) => urn.endsWith(`::geo-${name}`))?.urn ?? "";
}

it("the list is that of the stack", async () => {
  const { deployment } = JSON.parse(await stack.must("stack", "export"));
  const own = (deployment.resources as { urn: string; custom: boolean; type: string }[]).filter(
    ({ custom, type }) => custom && !type.startsWith("pulumi:"),
  );
  expect(own.map(({ urn }) => urn.replace(/^.*::geo-/, "")).sort()).toEqual([...resources].sort());
});

describe.each(resources)("%s", (name) => {
  const pattern = `**geo-${name}`;

  it("is replaced", () => quietly(() => stack.up("--replace", pattern)));

  it("is the target, alone and with what depends on it", () =>
    quietly(async () => {
      await stack.up("--target", pattern);
      await stack.up("--target", pattern, "--target-dependents");
      await stack.up("--target-replace", pattern);
      await stack.up(); // what depends on it and was no target
    }));

  it("is left out", () => quietly(() => stack.up("--exclude", pattern)));

  it("is made again where the state has lost it", () =>
    quietly(async () => {
      const urn = await urnOf(name);
      await stack.must("state", "delete", "--yes", "--force", "--target-dependents", urn);
      await stack.up();
    }));

  it("is tainted, and then nothing is left to do", async () => {
    await stack.must("state", "taint", "--yes", await urnOf(name));
    await quietly(() => stack.up());
    await nothingIsLeft();
  });
});

describe("a state", () => {
  afterEach(nothingIsLeft);
  const file = () => join(stack.files, "state.json");

  it("is read again from the host", () => quietly(() => stack.must("refresh", "--yes", "--skip-preview")));

  it("is exported and imported", () =>
    quietly(async () => {
      await stack.must("stack", "export", "--show-secrets", "--file", file());
      await stack.must("stack", "import", "--file", file());
      await stack.up();
    }));

  it("is lost: the next `up` finds its own host and takes it up again", async () => {
    const empty = { version: 3, deployment: { manifest: {}, resources: [] } };
    await writeFile(file(), JSON.stringify(empty));
    await stack.must("stack", "import", "--force", "--file", file());
    await quietly(() => stack.up());
  });
});

it("an archive that was deleted on the host is sent again by the next `up`", async () => {
  await stack.on("rm ~/.geo-system/*.tar");
  expect(await stack.must("preview")).toMatch(/drift: the archive of release \S+ is missing/);
  await quietly(() => stack.up());
  await nothingIsLeft();
  expect(await stack.on("ls ~/.geo-system/*.tar | wc -l")).toBe("1\n");
});

it("another stack is refused with the command that gives it the host, and then clients are served on", async () => {
  const other = `${stack.stack.stack}-other`;
  const settings = (name: string) => join(project, `Pulumi.${name}.yaml`);
  await stack.must("stack", "init", other, "--no-select");
  await writeFile(settings(other), await readFile(settings(stack.stack.stack)));
  const refused = await stack.pulumi("up", "--yes", "--skip-preview", "--stack", other);
  expect(refused.exitCode).not.toBe(0);
  const [, command = ""] = /take this one over, on the host: (sudo rm \S+)/.exec(refused.output) ?? [];
  expect(command).not.toBe("");
  await stack.on(command);
  await using prober = new Prober(url, 50);
  await stack.up("--stack", other);
  expect((await prober.stop()).failures).toEqual([]);
  await stack.must("preview", "--expect-no-changes", "--stack", other);
  await rm(settings(other));
});
