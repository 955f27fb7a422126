import { expect, test } from "vitest";
import { exampleScript } from "../../../infra/handshake/protocols/example-script.ts";
import { handshakeScript } from "../../../infra/handshake/script.ts";

const problems = (script: unknown) =>
  handshakeScript
    .safeParse(script)
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("the script of the example is well formed", () => {
  expect(problems(exampleScript)).toEqual([]);
});

test("defaults: the first client, no clean-up, six seconds for the log", () => {
  expect(handshakeScript.parse({ steps: [{ name: "a", send: "x" }] })).toEqual({
    clients: {},
    steps: [{ name: "a", send: "x", client: 1, cleanup: false }],
    logLines: [],
    logWithin: 6_000,
  });
});

test("a name is refused where no earlier step gave it a value", () => {
  const steps = [
    { name: "delete", send: { id: "${topic}" } },
    { name: "create", expect: { id: "${topic}" } },
  ];
  expect(
    problems({ steps, clients: { 2: { query: { t: "${tokn}" } } }, logLines: ["${user} ${topic}"] }),
  ).toEqual([
    'clients.2.query: names that an earlier "expect" holds, and none holds ${tokn}',
    'steps.0.send: names that an earlier "expect" holds, and none holds ${topic}',
    'logLines.0: names that an earlier "expect" holds, and none holds ${user}',
  ]);
});

test("a log line that is no regular expression is refused", () => {
  expect(problems({ steps: [], logLines: ["User ("] })[0]).toMatch(
    /^logLines\.0: a regular expression \(.*User \(.*\)$/,
  );
});

test("a step that neither sends nor expects is refused", () => {
  expect(problems({ steps: [{ name: "a" }] })).toEqual([
    "steps.0: send, expect or both, or pingFrame or stay",
  ]);
});

test("names are followed also where something else is wrong", () => {
  const steps = [{ name: 5, send: "${topic}" }];
  expect(problems({ steps })).toEqual([
    "steps.0.name: text that names the step",
    'steps.0.send: names that an earlier "expect" holds, and none holds ${topic}',
  ]);
});

test.each([{ sendHex: "123" }, { expectHex: "zz" }, { expectHex: "10 0" }])(
  "bytes that are none are refused: %j",
  (step) => {
    expect(problems({ steps: [{ name: "a", ...step }] })).toEqual([
      expect.stringMatching(/^steps\.0\.(send|expect)Hex: two hexadecimal digits/),
    ]);
  },
);

test("a pattern of bytes may hold all that a regular expression can", () => {
  const expectHex = "(?<kind>10|20) .. [0-9a-f]{2} (?:FF)* ${token} \\w\\w .*";
  expect(problems({ steps: [{ name: "a", expectHex }] })).toEqual([]);
});

test.each([
  { headers: { "a b": "1" } },
  { headers: { a: "1\r\nb: 2" } },
  { protocols: ["a b"] },
  { protocols: ["a", "a"] },
])("what HTTP cannot carry is refused before anything is opened: %j", (opening) => {
  const [key] = Object.keys(opening);
  expect(problems({ clients: { 1: opening } })).toEqual([expect.stringMatching(`^clients.1.${key}: names`)]);
  const usual = { headers: { "X-Token": "Bearer ${token}" }, protocols: ["v1.x", "t.${token}"] };
  expect(problems({ clients: { 1: usual } })).toEqual([]);
});
