import { expect, test } from "vitest";
import { exampleScript } from "../../../infra/handshake/example-script.ts";
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
    'clients.2.query: ${tokn} has no value yet: no earlier "expect" holds it',
    'steps.0.send: ${topic} has no value yet: no earlier "expect" holds it',
    'logLines.0: ${user} has no value yet: no earlier "expect" holds it',
  ]);
});

test("a log line that is no regular expression is refused", () => {
  expect(problems({ steps: [], logLines: ["User ("] })[0]).toMatch(
    /^logLines\.0: expected a regular expression: /,
  );
});

test("unknown members and clients are refused", () => {
  expect(problems({ steps: [{ name: "a", sned: 1 }] })).toEqual(['steps.0: Unrecognized key: "sned"']);
  expect(problems({ steps: [{ name: "a", client: 3 }] })[0]).toMatch(/^steps\.0\.client: /);
});
