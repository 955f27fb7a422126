import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machineSources, parseDeb822, parseOneLine } from "../../../sandbox/host/apt-sources.ts";

describe("one-line sources", () => {
  it("take options, several components and comments", () => {
    const text = [
      "# deb http://commented.example/debian bookworm main",
      "deb [arch=amd64 signed-by=/a/b.gpg] http://mirror.example/debian/ bookworm main contrib # ours",
      "deb-src http://mirror.example/debian bookworm main",
      "deb\thttps://mirror.example/debian-security\tbookworm-security\tmain",
    ].join("\n");
    expect(parseOneLine(text)).toEqual([
      { uri: "http://mirror.example/debian", suites: ["bookworm"], components: ["main", "contrib"] },
      { uri: "https://mirror.example/debian-security", suites: ["bookworm-security"], components: ["main"] },
    ]);
  });
});

describe("deb822 sources", () => {
  it("take several stanzas, values in several lines, and comments inside", () => {
    const text = [
      "Types: deb deb-src",
      "# the old place: http://gone.example",
      "URIs: http://one.example/debian",
      " http://two.example/debian/",
      "Suites: bookworm bookworm-updates",
      "Components: main",
      "",
      "Types: deb",
      "URIs: http://one.example/debian-security",
      "Suites: bookworm-security",
      "Components: main",
    ].join("\n");
    expect(parseDeb822(text)).toEqual([
      { uri: "http://one.example/debian", suites: ["bookworm", "bookworm-updates"], components: ["main"] },
      { uri: "http://two.example/debian", suites: ["bookworm", "bookworm-updates"], components: ["main"] },
      { uri: "http://one.example/debian-security", suites: ["bookworm-security"], components: ["main"] },
    ]);
  });

  it.each([
    { line: "Enabled: no", what: "switched off" },
    { line: "Types: deb-src", what: "for sources only" },
  ])("leave out a stanza that is $what", ({ line }) => {
    const types = line.startsWith("Types") ? [] : ["Types: deb"];
    expect(parseDeb822([...types, line, "URIs: http://x.example", "Suites: a"].join("\n"))).toEqual([]);
  });
});

describe("the machine's sources", () => {
  let etc: string;
  beforeEach(() => {
    etc = mkdtempSync(join(tmpdir(), "apt 中文 "));
  });
  afterEach(() => rmSync(etc, { recursive: true }));

  it("come from both kinds of files, and from no other", () => {
    mkdirSync(join(etc, "sources.list.d"));
    writeFileSync(join(etc, "sources.list"), "deb http://a.example/debian bookworm main\n");
    writeFileSync(join(etc, "sources.list.d/b.sources"), "Types: deb\nURIs: http://b.example\nSuites: s\n");
    writeFileSync(join(etc, "sources.list.d/c.list.disabled"), "deb http://c.example x main\n");
    expect(machineSources(etc).map(({ uri }) => uri)).toEqual([
      "http://a.example/debian",
      "http://b.example",
    ]);
  });

  it("are none where apt has none", () => {
    expect(machineSources(join(etc, "nowhere"))).toEqual([]);
  });
});
