import pc from "picocolors";
import { expect, test } from "vitest";
import type { Entry } from "../../../../operate/logs/history.ts";
import { entryJson, entryText } from "../../../../operate/logs/text.ts";

const entry = (line: string): Entry => ({ source: "nginx error", at: 1_795_564_801_000, line });
const plain = (line: string, ...secrets: string[]) => entryText(entry(line), pc.createColors(false), secrets);

test("time, log, line", () => {
  expect(plain("[error] 7#7: connect() failed")).toBe(
    "2026-11-25T00:00:01Z nginx error   [error] 7#7: connect() failed",
  );
});

test("nobody's token is shown, in a URL or elsewhere", () => {
  expect(plain('request: "GET /ws?token=abc.def HTTP/1.1", told canary', "canary")).toContain(
    'request: "GET /ws?token=<token> HTTP/1.1", told <token>',
  );
});

test("what a client sent cannot command a terminal", () => {
  expect(plain("a\x1b[31mred\x1b[0m \x1b]0;title\x07\x07b")).toContain("ared \\x07b");
});

test("one object a line; an unknown time is absent", () => {
  expect(JSON.parse(entryJson(entry("x")))).toEqual({
    time: "2026-11-25T00:00:01.000Z",
    source: "nginx error",
    line: "x",
  });
  expect(JSON.parse(entryJson({ ...entry("x"), vague: true }))).toEqual({ source: "nginx error", line: "x" });
});
