import { describe, expect, it } from "vitest";
import { parsePayload, payload } from "../../../infra/render/payload.ts";

describe("a payload", () => {
  it("is settings, then files under headings, then the end mark", () => {
    expect(
      payload({ allow: ["ssh", "80/tcp"], mirror: undefined, port: 3000 }, [
        { path: "/etc/a", text: "one\ntwo\n\n" },
        { path: "/etc/b", owner: "ubuntu:ubuntu", mode: "0600", text: "three" },
      ]),
    ).toBe(
      [
        "allow: ssh",
        "allow: 80/tcp",
        "port: 3000",
        "==> /etc/a root:root 0644 <==",
        "one",
        "two",
        "==> /etc/b ubuntu:ubuntu 0600 <==",
        "three",
        "==> end <==",
        "",
      ].join("\n"),
    );
  });

  it("refuses a value that would be two settings", () => {
    expect(() => payload({ a: "1\nallow: 22" })).toThrow('a: expected one line, found "1\\nallow: 22"');
  });

  it("refuses a file that would be two files", () => {
    expect(() => payload({}, [{ path: "/a", text: "x\n==> /etc/passwd root:root 0644 <==\n" }])).toThrow(
      /^\/a: expected no line/,
    );
  });

  it("is read in a moment, also that of a release with very many files", () => {
    const files = Array.from({ length: 60_000 }, (_, i) => `0123456789abcdef assets/${i}.txt`);
    const read = () => parsePayload(payload({ file: files })); // copied at each line, this takes half a minute
    expect(read().settings.file).toHaveLength(60_000);
  });
});
