import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { type Machine, startMachine } from "./support/machine.ts";

/** A checkout whose second stage only says that it ran. */
async function checkoutOn(machine: Machine): Promise<string> {
  const checkout = join(machine.home, "checkout");
  const toolchain = join(checkout, "sandbox/toolchain");
  await mkdir(join(checkout, "sandbox/plugins"), { recursive: true });
  for (const path of [
    "package.json",
    "package-lock.json",
    "sandbox/toolchain/first",
    "sandbox/toolchain/setup.mjs",
  ])
    await cp(join(packageRoot, path), join(checkout, path), { recursive: true });
  await writeFile(join(toolchain, "setup.ts"), 'console.error("second stage");\n');
  await machine.install("npm");
  return checkout;
}

const modules = { REAL_MODULES: join(packageRoot, "node_modules") };

describe("the npm packages", { timeout: 30_000 }, () => {
  it("are installed from the lock file, without install scripts, and only once", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    const { exitCode, stdout, stderr } = await machine.setup([], modules, checkout);
    expect(stderr).toBe("Installing the npm packages of package-lock.json …\nsecond stage");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(await readFile(join(checkout, "npm-calls"), "utf8")).toMatch(
      /^ci --ignore-scripts --include=dev .*\n$/,
    );

    expect((await machine.setup([], modules, checkout)).stderr).toBe("second stage");
  });

  it("are all that a command without a stack waits for", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    const packages = () => machine.setup(["--packages"], modules, checkout);
    expect((await packages()).stderr).toBe("Installing the npm packages of package-lock.json …");
    expect(await packages()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("are not believed whole when npm failed half-way", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    const { exitCode, stderr } = await machine.setup(
      [],
      { ...modules, FAKE_NPM_FAILURE: "ETIMEDOUT" },
      checkout,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("npm error ETIMEDOUT\nnpm ci failed, its message is above.");
    expect(stderr).not.toContain("second stage");
    expect((await machine.setup([], modules, checkout)).stderr).toContain("Installing");
  });

  it("are installed again when the lock file changes", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    await machine.setup([], modules, checkout);
    const lock = join(checkout, "package-lock.json");
    const { packages, ...rest } = JSON.parse(await readFile(lock, "utf8"));
    packages["node_modules/ws"].version = "8.0.0";
    await writeFile(lock, JSON.stringify({ ...rest, packages }));
    expect((await machine.setup([], modules, checkout)).stderr).toContain("Installing");
  });

  it("need npm", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    await rm(join(machine.bin, "npm"));
    const { exitCode, stderr } = await machine.setup([], modules, checkout);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("npm could not be started");
  });
});

describe("the command line of set-up", () => {
  it("explains itself, and refuses what it does not know with exit code 2", async () => {
    await using machine = await startMachine();
    expect(await machine.setup(["--help"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("--refresh"),
    });
    const refused = await machine.setup(["--force"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("Unknown option '--force'");
  });
});

describe("a HOME that is not the home in passwd", { timeout: 30_000 }, () => {
  it("is said once, with what to export for a plain `npx pulumi`", async () => {
    await using machine = await startMachine();
    const checkout = await checkoutOn(machine);
    const { exitCode, stderr } = await machine.setup([], { ...modules, PULUMI_HOME: "" }, checkout);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`HOME is ${machine.home}, and the home in passwd is ${userInfo().homedir}`);
    expect(stderr).toMatch(`export PULUMI_HOME=${machine.pulumiHome}`);
  });
});
