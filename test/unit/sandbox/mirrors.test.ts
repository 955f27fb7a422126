import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseOneLine } from "../../../sandbox/host/apt-sources.ts";
import { machineFamily, mirrorsOf } from "../../../sandbox/host/mirrors.ts";

const sources = (...lines: string[]) => parseOneLine(lines.map((line) => `deb ${line}`).join("\n"));

describe("the mirrors of a distribution", () => {
  it("are the machine's own, among other people's archives of the same suite", () => {
    const own = sources(
      "https://tools.example/linux/debian bookworm stable",
      "https://other.example bookworm main",
      "http://near.example/debian bookworm main",
      "http://near.example/debian bookworm-updates main",
      "http://near.example/debian-security bookworm-security main",
    );
    expect(mirrorsOf("debian", "debian", own)).toEqual({
      archive: "http://near.example/debian",
      security: "http://near.example/debian-security",
    });
  });

  it("are one where a mirror keeps all in one place", () => {
    expect(mirrorsOf("ubuntu", "ubuntu", sources("http://near.example/ubuntu noble main"))).toEqual({
      archive: "http://near.example/ubuntu",
      security: "http://near.example/ubuntu",
    });
  });

  it("are Ubuntu's public ones on a Debian machine", () => {
    const mirrors = mirrorsOf(
      "ubuntu",
      "debian",
      sources("http://near.example/debian bookworm-updates main"),
    );
    expect(mirrors?.archive).toMatch(/ubuntu\.com\//);
  });

  it("are none for Debian on a machine that names no archive of it", () => {
    expect(
      mirrorsOf("debian", "ubuntu", sources("http://near.example/ubuntu noble-updates main")),
    ).toBeUndefined();
    expect(mirrorsOf("debian", "debian", sources("file:/media/cdrom bookworm main"))).toBeUndefined();
  });
});

describe("the machine's family", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "os-release-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    { release: "ID=ubuntu\nID_LIKE=debian\n", family: "ubuntu" },
    { release: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', family: "ubuntu" },
    { release: "ID=debian\n", family: "debian" },
  ])("of $release is $family", ({ release, family }) => {
    const path = join(folder, "os-release");
    writeFileSync(path, release);
    expect(machineFamily(path)).toBe(family);
  });
});
