import { expect, it } from "vitest";
import { fleetDiagnosisJson, fleetDiagnosisText, fleetExitCode } from "../../../../operate/diagnose/fleet.ts";
import type { Diagnosis } from "../../../../operate/diagnose/judge.ts";

const well: Diagnosis = { healthy: true, known: true, others: [], hops: [] };
const found = (hop: string, cause: string, more: Partial<Diagnosis> = {}): Diagnosis => ({
  ...well,
  ...more,
  verdict: {
    hop,
    cause,
    severity: "fail",
    evidence: [],
    fix: [],
    disturbs: "nobody",
    worry: "Yes.",
  } as never,
});
const stopped = found("nginx", "nginx is stopped", { healthy: false });
const silent = found("ssh", "nobody could log in", { known: false });
const ends = found("certificate", "ends in 5 days");

const named = (...all: Diagnosis[]) => all.map((diagnosis, i) => ({ name: "abc"[i] ?? "", diagnosis }));
const last = (...all: Diagnosis[]) =>
  fleetDiagnosisText(named(...all))
    .split("│\n")
    .at(-1);

it("the first cause over all hosts: a broken one before an unknown one before a warning, and how many serve", () => {
  expect(last(ends, silent, stopped)).toContain("c: nginx: nginx is stopped; 1 of 3 hosts serve");
  expect(last(ends, silent, well)).toContain("b: ssh: nobody could log in; 2 of 3 hosts serve");
  expect(last(ends, well, well)).toContain("a: certificate: ends in 5 days; 3 of 3 hosts serve");
  expect(last(well, well)).toContain("Healthy: 2 of 2 hosts serve. Worry: no.");
});

it("worry is by what users feel: whether any host serves", () => {
  expect(last(well, stopped)).toContain("worry: Some: clients of the hosts that do not serve");
  expect(last(stopped, stopped)).toContain("worry: Yes: no host serves.");
  expect(last(ends, well)).toContain("worry: No: every host serves.");
});

it("ends with 1 where a host is broken, with 2 where one could not be asked, else with 0", () => {
  expect(fleetExitCode(named(well, silent, stopped))).toBe(1);
  expect(fleetExitCode(named(well, silent))).toBe(2);
  expect(fleetExitCode(named(well, ends))).toBe(0);
});

it("--json is one object by host, each as of a host alone", () => {
  expect(JSON.parse(fleetDiagnosisJson(named(well, stopped)))).toMatchObject({
    a: { healthy: true, verdict: null },
    b: { healthy: false, verdict: { hop: "nginx" } },
  });
});
