import { describe, expect, it } from "vitest";
import { backendFaults } from "../host/diagnose/faults/backend.ts";
import { goneFaults } from "../host/diagnose/faults/gone.ts";
import { hostFaults } from "../host/diagnose/faults/host.ts";
import type { Fault } from "../host/diagnose/support/fault.ts";
import { patientOf } from "../host/diagnose/support/patient-of.ts";
import { treat, well } from "../host/diagnose/support/treat.ts";

/*
 * One host, broken in one way after the other. Each time: the verdict word for word; then the commands it shows are
 * typed, and the host is well again, for the next one.
 */
const patient = patientOf("diagnose-backend");

it("a healthy host gives no warning, 50 times in a row", { timeout: 300_000 }, async () => {
  for (let time = 0; time < 50; time++) expect(await patient().diagnose()).toMatchObject(well);
});

describe.each([
  ["the backend", backendFaults],
  ["the host", hostFaults],
  ["what is gone", goneFaults],
] as const)("%s", (_, faults) => {
  it.each(faults as Fault[])("$name", (fault) => treat(patient(), fault));
});
