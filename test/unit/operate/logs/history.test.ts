import { expect, test } from "vitest";
import { arrived, history, type Selection } from "../../../../operate/logs/history.ts";
import { type LogRecord, readRecord } from "../../../../operate/logs/records.ts";
import { splitLines } from "../../../../operate/split-lines.ts";

/** What the host prints, read. */
function records(...printed: string[]): LogRecord[] {
  return printed.flatMap((line) => readRecord(line) ?? []);
}

const all: Selection = { lines: 20, wanted: () => true };
const told = (printed: string[], selection = all) =>
  history(records(...printed), selection).map(
    ({ source, at, line }) => `${(at / 1000) % 86_400} ${source}: ${line}`,
  );

const midnight = 1_795_564_800; // 2026-11-25T00:00:00Z

test("the lines of all logs stand in the order of time, each by the time that it has", () => {
  expect(
    told([
      "zone\t+0100",
      `log\tbackend\t${midnight + 9}`,
      "old\tbackend\t2026-11-25T00:00:02.500Z listening",
      "old\tbackend\t[2026-11-25 00:00:04Z] ready",
      `log\tnginx\t${midnight + 9}`,
      'old\tnginx\t198.51.100.7 - - [25/Nov/2026:01:00:03 +0100] "GET / HTTP/1.1" 200',
      `log\tnginx error\t${midnight + 9}`,
      "old\tnginx error\t2026/11/25 01:00:01 [error] 7#7: connect() failed",
      "ready\t1795564810",
    ]),
  ).toEqual([
    "1 nginx error: [error] 7#7: connect() failed",
    "2.5 backend: listening",
    '3 nginx: 198.51.100.7 - - "GET / HTTP/1.1" 200',
    "4 backend: ready",
  ]);
});

test("a line without a time belongs to the one before it; where there is none, to the last write", () => {
  const entries = history(
    records(
      "zone\t+0000",
      `log\tbackend\t${midnight + 5}`,
      "old\tbackend\t[WebSocket] New connection attempt",
      `log\tbackend error\t${midnight + 9}`,
      "old\tbackend error\t2026-11-25T00:00:07Z Error: oops",
      "old\tbackend error\t    at start (server.js:1:1)",
      "ready\t1795564810",
    ),
    all,
  );
  expect(entries).toEqual([
    { source: "backend", at: (midnight + 5) * 1000, vague: true, line: "[WebSocket] New connection attempt" },
    { source: "backend error", at: (midnight + 7) * 1000, line: "Error: oops" },
    { source: "backend error", at: (midnight + 7) * 1000, line: "    at start (server.js:1:1)" },
  ]);
});

test("lines without a time never change places with those of their own log, wherever these have one", () => {
  const printed = [
    "zone\t+0000",
    `log\tbackend\t${midnight + 50}`,
    ...["old\tbackend\tboot", "old\tbackend\t2026-11-25T00:00:02Z listening", "old\tbackend\t  on 3000"],
    ...["old\tbackend\t2026-11-25T00:00:40Z ready", "old\tbackend\t{", "old\tbackend\t}"],
    `log\tnginx error\t${midnight + 9}`,
    ...["01", "03", "45"].map((second) => `old\tnginx error\t2026/11/25 00:00:${second} [error] 7#7: x`),
    `ready\t${midnight + 60}`,
  ];
  expect(told(printed)).toEqual([
    ...["1 nginx error: [error] 7#7: x", "2 backend: boot", "2 backend: listening", "2 backend:   on 3000"],
    ...["3 nginx error: [error] 7#7: x", "40 backend: ready", "40 backend: {", "40 backend: }"],
    "45 nginx error: [error] 7#7: x",
  ]);
  // The line that a shown one follows need not be shown itself.
  expect(told(printed, { ...all, lines: 2 })).toEqual([
    ...["3 nginx error: [error] 7#7: x", "40 backend: {", "40 backend: }", "45 nginx error: [error] 7#7: x"],
  ]);
});

test("--lines, --since and --websocket choose, in each log", () => {
  const printed = [
    "zone\t+0000",
    `log\tbackend\t${midnight + 60}`,
    ...[10, 20, 30, 40].map((second) => `old\tbackend\t2026-11-25T00:00:${second}Z [WebSocket] ${second}`),
    "old\tbackend\t2026-11-25T00:00:50Z something else",
    `ready\t${midnight + 60}`,
  ];
  const websocket = (line: string) => line.includes("WebSocket");
  expect(told(printed, { lines: 2, wanted: websocket })).toEqual([
    "30 backend: [WebSocket] 30",
    "40 backend: [WebSocket] 40",
  ]);
  expect(told(printed, { lines: 9, sinceMs: 35_000, wanted: websocket })).toHaveLength(2);
});

test("a line that comes has its own time, else the moment in which it came", () => {
  const came = { source: "backend", at: 5_000, line: "2026-11-25T00:00:01Z hello" } as const;
  expect(arrived(came, "+00:00")).toEqual({ source: "backend", at: (midnight + 1) * 1000, line: "hello" });
  expect(arrived({ ...came, line: "hello" }, "+00:00")).toEqual({
    source: "backend",
    at: 5_000,
    line: "hello",
  });
});

test("tabs belong to the line, and what is no record is passed over", () => {
  expect(readRecord("new\tbackend\t7\ta\tb")).toEqual({
    kind: "new",
    source: "backend",
    at: 7000,
    line: "a\tb",
  });
  expect(readRecord("Welcome to Ubuntu")).toBeUndefined();
});

test("lines are whole, in whatever pieces they come", () => {
  const lines: string[] = [];
  const take = splitLines((line) => lines.push(line));
  for (const piece of ["on", "e\ntwo\nth", "ree\n", "fo"]) take(piece);
  expect(lines).toEqual(["one", "two", "three"]);
});

test("lines of JSON stand at the time of their own member, and stay whole", () => {
  const pino = `{"level":30,"time":${midnight * 1000 + 2500},"msg":"a"}`;
  const winston = '{"level":"info","message":"b","timestamp":"2026-11-25T00:00:01.000Z"}';
  const zap = `{"level":"info","ts":${midnight + 3}.5,"msg":"c"}`;
  const none = '{"msg":"d"}';
  expect(
    told(
      ["zone\t+0000", `log\tbackend\t${midnight + 9}`]
        .concat([winston, pino, zap, none, "{broken"].map((line) => `old\tbackend\t${line}`))
        .concat(`ready\t${midnight + 10}`),
    ),
  ).toEqual([
    `1 backend: ${winston}`,
    `2.5 backend: ${pino}`,
    `3.5 backend: ${zap}`,
    `3.5 backend: ${none}`,
    "3.5 backend: {broken",
  ]);
});
