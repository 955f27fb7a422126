import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import { isCaWanted } from "../../sandbox/host/acme/wanted.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { testName } from "../support/test-name.ts";
import { waitFor } from "../support/wait.ts";

/** One process, so that a signal meets it. */
const cli = (...args: string[]) =>
  execa("node", ["--import", "tsx", "sandbox/host/cli.ts", ...args], {
    cwd: packageRoot,
    preferLocal: true,
    reject: false,
    env: { NO_COLOR: "1" },
  });

describe("the sandbox command", () => {
  const name = testName("cli");
  beforeAll(async () => {
    await sandbox.up(name);
  });
  afterAll(() => sandbox.down(name));

  it("up says where a host that runs already is", async () => {
    const { exitCode, stderr } = await cli("up", "--name", name);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`The sandbox "${name}" is ready: ubuntu@198.18.`);
  });

  it("info prints how to reach it, and nothing else", async () => {
    const { exitCode, stdout } = await cli("info", "--name", name);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      name,
      address: expect.stringMatching(/^198\.18\.\d+\.\d+$/),
      port: 22,
      user: "ubuntu",
      keyPath: expect.stringMatching(/\/key$/),
      hostKey: expect.stringMatching(/^ssh-ed25519 AAAA/),
      system: expect.stringMatching(/^(ubuntu|debian)-\d/),
    });
  });

  it("up --acme says where its CA is, and info prints how to reach it", async () => {
    const { exitCode, stderr } = await cli("up", "--acme", "--name", name);
    expect(exitCode).toBe(0);
    const { acme } = JSON.parse((await cli("info", "--name", name)).stdout);
    expect(acme.directory).toMatch(/^https:\/\/198\.18\.\d+\.\d+:14000\/dir$/);
    expect(stderr).toContain(
      `Its CA is ready: ${acme.directory}\n  trust it, and what it issues, by ${acme.trustFile}\n`,
    );
  });

  it("a CA that was asked for by a start that was cut off comes with the next one, unasked", async () => {
    const unfinished = testName("cut");
    await using _ = { [Symbol.asyncDispose]: () => sandbox.down(unfinished) };
    const start = cli("up", "--acme", "--name", unfinished);
    await waitFor("the wish for a CA", () => isCaWanted(unfinished), { within: 30_000 });
    start.kill("SIGKILL");
    await start;
    expect(await sandbox.ca(unfinished)).toBeUndefined();
    const { exitCode, stderr } = await cli("up", "--name", unfinished);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("Its CA is ready: ");
    await sandbox.reset(unfinished);
    expect(await sandbox.ca(unfinished)).toBeUndefined();
  });

  it("info fails where none runs, and says how to start it", async () => {
    const { exitCode, stdout, stderr } = await cli("info", "--name", "nobody");
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toBe('error: No sandbox "nobody" runs. Start it: npm run sandbox -- up --name nobody');
  });

  it("ssh passes on what the command printed, what it read, and its exit code", async () => {
    const result = await cli("ssh", "--name", name, "--", "echo out; echo err >&2; exit 7");
    expect(result).toMatchObject({ exitCode: 7, stdout: "out", stderr: "err" });
  });

  it("down says which settings it leaves in the checkout, and none where there are none", async () => {
    const gone = testName("settings");
    const file = join(packageRoot, `Pulumi.${stackOf(gone)}.yaml`);
    expect((await cli("down", "--name", gone)).stderr).toBe(`The sandbox "${gone}" is gone.`);
    await using _ = { [Symbol.asyncDispose]: () => rm(file) };
    await writeFile(file, "config: {}\n");
    expect((await cli("down", "--name", gone)).stderr).toContain(`rm ${basename(file)}`);
  });

  it("up --system leaves one of another system as it is, and says how to get a fresh one", async () => {
    const other = sandbox.running(name).system === "debian-13" ? "debian-12" : "debian-13";
    const { exitCode, stderr } = await cli("up", "--name", name, "--system", other);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(new RegExp(`expected ${other}, found \\S+; it was left as it is`));
    expect(stderr).toContain(`npm run sandbox -- reset --name ${name} --system ${other}`);
    expect(sandbox.info(name)).toBeDefined();
  });

  it("list names it with its address and its system", async () => {
    const { stdout } = await cli("list");
    const system = sandbox.systemOf(name);
    expect(stdout).toMatch(new RegExp(`^${name}\\t198\\.18\\.[\\d.]+\\t${system}$`, "m"));
    expect(JSON.parse((await cli("list", "--json")).stdout)).toContainEqual({
      ...{ name, address: expect.stringMatching(/^198\.18\./), system },
    });
  });

  it.each([
    { args: ["up", "--name", "../x"], says: 'found "../x"' },
    { args: ["reboot", "--name", "nobody"], says: 'There is no sandbox "nobody".' },
    { args: ["up", "--system", "plan9"], says: "Allowed choices are ubuntu-24.04, ubuntu-22.04" },
    { args: ["fly"], says: "unknown command 'fly'" },
  ])("refuses $args", async ({ args, says }) => {
    const { exitCode, stderr } = await cli(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });
});
