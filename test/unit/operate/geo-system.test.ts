import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { asInstalled } from "../../../operate/as-installed.mjs";
import { chosen, usage } from "../../../operate/usage.mjs";

const geoSystem = (...args: string[]) =>
  execa("node", [join(packageRoot, "operate/geo-system.mjs"), ...args], { reject: false });

describe("geo-system", () => {
  it("lists its commands: all in a checkout, elsewhere those that need none", () => {
    expect(usage({ checkout: true })).toContain("\n  sandbox ");
    expect(usage({ checkout: false })).not.toContain("\n  sandbox ");
    for (const name of ["up", "preview", "rollback", "comment", "diagnose"])
      expect(usage({ checkout: false })).toContain(`\n  ${name} `);
  });

  it("says its version", async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    for (const option of ["--version", "-V"]) expect((await geoSystem(option)).stdout).toBe(version);
  });

  it("runs the command that is named, with its options", async () => {
    const { stdout, exitCode } = await geoSystem("status", "--help");
    expect(stdout).toContain("Usage: npm run status -- [options]");
    expect(exitCode).toBe(0);
  });

  it("names the nearest command for one that it does not know", async () => {
    const { stderr, exitCode } = await geoSystem("diagnos");
    expect(stderr).toBe(
      "geo-system: no command diagnos; did you mean diagnose? All of them: geo-system --help",
    );
    expect(exitCode).toBe(2);
  });

  it("ends with 2 for a mistyped option, as for all that is no verdict on a host", async () => {
    const { stderr, exitCode } = await geoSystem("diagnose", "--hots", "203.0.113.7");
    expect(stderr).toContain("error: unknown option '--hots'\n(Did you mean --host?)");
    expect(exitCode).toBe(2);
  });

  it("says where a command works that does not work here", () => {
    expect(chosen("up", { checkout: false }).problem).toBeUndefined();
    expect(chosen("sandbox", { checkout: false }).problem).toBe(
      "geo-system sandbox: works in a checkout of this package",
    );
  });
});

describe("a text where the package is installed", () => {
  it.each([
    ["`npm run status`", "`npx geo-system status`"],
    ["npm run watch -- --for 10m", "npx geo-system watch --for 10m"],
    ['new Command("npm run diagnose --")', 'new Command("npx geo-system diagnose")'],
    ["npm run -s pulumi -- stack output", "npx pulumi stack output"],
    ["npm run up -- --wait", "npx geo-system up --wait"],
    ["npm run sandbox -- list", "npm run sandbox -- list"],
    ["npm run start:prod, npm run logs2", "npm run start:prod, npm run logs2"],
  ])("%s", (text, installed) => {
    expect(asInstalled(text)).toBe(installed);
  });
});
