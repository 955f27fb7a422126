import { expect, test } from "vitest";
import { explain, explanationText, nearest } from "../../../../operate/diagnose/explain/explain.ts";
import { messages } from "../../../../operate/diagnose/explain/messages.ts";
import { answers } from "./pasted/answers.ts";
import { browsers } from "./pasted/browsers.ts";
import { ca } from "./pasted/ca.ts";
import { clients } from "./pasted/clients.ts";
import { closeCodes } from "./pasted/close-codes.ts";
import { mqtt } from "./pasted/mqtt.ts";
import { protocols } from "./pasted/protocols.ts";
import { servers } from "./pasted/servers.ts";
import { sockets } from "./pasted/sockets.ts";
import { ssh } from "./pasted/ssh.ts";

const pasted = { closeCodes, protocols, mqtt, answers, ca, browsers, clients, sockets, servers, ssh };

for (const [group, cases] of Object.entries(pasted)) {
  test.each(cases)(`${group}: %s`, (message, name) => {
    expect(explain(message)?.name).toBe(name);
  });
}

test.each(messages.map(({ example, name }) => [example, name]))("its own example %s", (example, name) => {
  expect(explain(example)?.name).toBe(name);
});

test("a message that is not known is answered with the nearest one, and with what finds out", () => {
  const message = "Error: opening handshake took forever";
  expect(explain(message)).toBeUndefined();
  expect(nearest(message)?.name).toBe("handshake timeout");
  expect(explanationText(message)).toMatch(
    /not known\.\n {2}nearest: “Error: Opening handshake has timed out”/,
  );
  expect(explanationText(message)).toMatch(/check: npm run diagnose/);
});

test("words that have nothing in common with any message get no nearest one", () => {
  expect(nearest("TypeError: x is not a function")).toBeUndefined();
});

test("a 502 is looked into before anything is restarted", () => {
  const { check } = explain("Unexpected server response: 502") ?? {};
  expect(check).toMatch(/^npm run diagnose; ssh HOST pm2 ls/);
  expect(check).not.toMatch(/restart/);
});
