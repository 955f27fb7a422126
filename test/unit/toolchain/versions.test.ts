import { describe, expect, it } from "vitest";
import { cliIsAdequate, goObjection, isAtLeast } from "../../../sandbox/toolchain/versions.ts";

describe("versions", () => {
  it.each([
    ["v3.259.0", "3.259.0", true],
    ["3.300.0-alpha.2", "3.259.0", true],
    ["3.258.9", "3.259.0", false],
    ["go1.26", "1.25.11", true],
    ["go1.25.9", "1.25.11", false],
    ["devel", "1.25.11", false],
  ])("%s is at least %s: %s", (version, least, answer) => {
    expect(isAtLeast(version, least)).toBe(answer);
  });

  it.each([
    ["v3.248.0", true],
    ["v3.259.0", true],
    ["v3.247.9", false],
    ["v4.0.0", false],
    ["", false],
  ])("a CLI %s runs programs of SDK 3.248.0: %s", (cli, answer) => {
    expect(cliIsAdequate(cli, "3.248.0")).toBe(answer);
  });

  it.each([
    ["go1.26.8", "local", undefined],
    ["go1.22.1", "auto", undefined],
    [
      "go1.22.1",
      "local",
      /1\.22\.1 and is told to stay so \(GOTOOLCHAIN=local\); 1\.25\.11 or newer is needed/,
    ],
    ["go1.19.8", "", /1\.19\.8; 1\.25\.11 or newer is needed/],
  ])("%s with GOTOOLCHAIN=%s builds the CLI, or says why not", (version, toolchain, objection) => {
    const said = goObjection(version, "1.25.11", toolchain);
    if (objection) expect(said).toMatch(objection);
    else expect(said).toBeUndefined();
  });
});
