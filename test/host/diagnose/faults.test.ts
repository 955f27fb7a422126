import { it } from "vitest";
import { backendFaults } from "./faults/backend.ts";
import { betweenFaults } from "./faults/between.ts";
import { certificateFaults } from "./faults/certificate.ts";
import { goneFaults } from "./faults/gone.ts";
import { hostFaults } from "./faults/host.ts";
import { networkFaults } from "./faults/network.ts";
import { nginxFaults } from "./faults/nginx.ts";
import { patientOf } from "./support/patient-of.ts";
import { treat } from "./support/treat.ts";

/*
 * One host, broken in one way after the other: a few ways of each kind. Each time: the verdict word for word; then the
 * commands it shows are typed, and the host is well again, for the next one. All ways: `npm run remedies`.
 */
const patient = patientOf("diagnose");

const faults = [
  ...[backendFaults, hostFaults, goneFaults, nginxFaults, certificateFaults, networkFaults, betweenFaults],
].flat();

it.each(faults.filter(({ always }) => always))("$name", (fault) => treat(patient(), fault));
