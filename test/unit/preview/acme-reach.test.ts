import { expect, it } from "vitest";
import { checkNotes } from "../../../infra/preview/checks.ts";
import { stepPlan } from "../../../infra/preview/plan.ts";
import { acmePayload } from "../../../infra/render/acme.ts";
import { payload as payloadOf } from "../../../infra/render/payload.ts";
import { applied, facts } from "./support.ts";

const payload = acmePayload(
  { acmeDirectory: "letsencrypt", serverName: ["geo.example.com", "8.8.8.8"] },
  "8.8.8.8",
);
const reach = (...lines: string[]) => stepPlan("acme", facts(...lines), { payload, options: {} }).reach;
const ends = Date.parse("2026-12-04T13:00:00Z") / 1000;
const issued = `acme-certificate\taa11\t${ends}`;

it("says which certificate is ordered, and from whom", () => {
  expect(reach()).toEqual({
    reach: "reload",
    text: "orders a certificate for geo.example.com, 8.8.8.8 from Let's Encrypt (profile shortlived); one nginx reload, shared with the site's if nginx already answers the CA; connections stay",
  });
});

it("says that nothing is ordered where the host has one", () => {
  const covered = "geo.example.com, 8.8.8.8 are covered until 2026-12-04; nothing is ordered";
  expect(reach(issued, `certificate\taa11\t${ends}`)).toEqual({ reach: "nothing", text: covered });
  expect(reach(issued, `certificate\tbb22\t${ends}`)).toEqual({
    reach: "reload",
    text: `${covered}; nginx reload, connections stay`,
  });
});

it("says of another kind that it takes the place of the one by ACME, and what stays", () => {
  const host = facts(applied("certificate", payloadOf({ kind: "acme", name: ["8.8.8.8"] })));
  const other = payloadOf({ secret: "yes", fingerprint: "cc33" });
  expect(stepPlan("certificate", host, { payload: other, options: {} }).reach).toEqual({
    reach: "reload",
    text: "a certificate in the place of the one by ACME, nginx reload, connections stay; its account and certificates stay on the host",
  });
});

it("is nothing to check that a certificate ends soon where another kind takes its place", () => {
  const six = 1795579964 + 6 * 86_400;
  expect(checkNotes(facts(applied("acme", payload), `certificate\taa11\t${six}`))).toEqual([]);
});

it("is something to check that its timer does not run, once a run has started it", () => {
  const stopped = [issued, `certificate\taa11\t${ends}`, "acme-timer\tdisabled\tinactive"];
  expect(checkNotes(facts(...stopped))).toEqual([]);
  expect(checkNotes(facts(applied("acme", payload), ...stopped))).toEqual([
    "the certificate will not be renewed: geo-system-acme.timer is not running on the host",
  ]);
});
