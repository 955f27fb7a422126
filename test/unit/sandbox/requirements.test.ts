import { describe, expect, it } from "vitest";
import { whyNoSandbox } from "../../../sandbox/host/requirements.ts";

describe("a machine that can have no sandbox", () => {
  it("is told why, and that an own host works", () => {
    expect(whyNoSandbox("darwin", 501)).toMatch(/needs Linux, and this is darwin[\s\S]*config set host/);
    expect(whyNoSandbox("linux", 1000)).toMatch(/needs root.*user 1000[\s\S]*sudo[\s\S]*config set host/);
  });

  it("is not this one for root on Linux", () => {
    expect(whyNoSandbox("linux", 0)).toBeUndefined();
  });
});
