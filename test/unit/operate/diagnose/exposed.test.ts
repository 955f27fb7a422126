import { expect, test } from "vitest";
import type { Exposed } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { healthy, inside } from "./support/healthy.ts";

const host = (exposed: Exposed[], ufw: "active" | "inactive", state: "open" | "silent" = "open") => ({
  ...healthy,
  inside: { ...inside, firewall: { ...inside.firewall, ufw, exposed } },
  exposed: exposed.map(({ port }) => ({ address: "203.0.113.7", port, state, ms: 1 })),
});
const told = (seen: Observations) => judge(seen);
const container = { port: 5432, how: "published", by: "172.17.0.2:5432" };

test("a published port is a warning where it answers from here, and is left to a person", () => {
  const { healthy: well, verdict } = told(host([container], "active"));
  expect(well).toBe(true);
  expect(verdict).toMatchObject({
    ...{ hop: "firewall", severity: "warn" },
    cause:
      "port 5432 of the host answers from outside, although ufw blocks it: a container engine publishes past ufw",
    disturbs: "no client",
  });
  expect(verdict?.fix.every((line) => line.startsWith("# "))).toBe(true);
});

test("it is none where something in front of the host keeps it closed", () => {
  expect(told(host([container], "active", "silent")).verdict).toBeUndefined();
});

test("where ufw is off, what answers is shown with it", () => {
  const open = { port: 3000, how: "open", by: "node" };
  expect(told(host([open], "inactive")).verdict?.evidence).toContain("port 3000 (node): open from here");
});

test("the backend's own port on a host that this package did not set up", () => {
  const open = { port: 3000, how: "open", by: "node" };
  const seen = host([open, { port: 5432, how: "open", by: "postgres" }], "inactive");
  const { verdict } = told({ ...seen, inside: { ...seen.inside, deployed: [] } });
  expect(verdict?.cause).toBe(
    "the backend's own port 3000 (node) answers from outside, past nginx: ufw is inactive",
  );
});
