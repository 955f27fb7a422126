import { describe, expect, it } from "vitest";
import { betweenFaults } from "../host/diagnose/faults/between.ts";
import { certificateFaults } from "../host/diagnose/faults/certificate.ts";
import { networkFaults } from "../host/diagnose/faults/network.ts";
import { nginxFaults } from "../host/diagnose/faults/nginx.ts";
import type { Fault } from "../host/diagnose/support/fault.ts";
import { patientOf } from "../host/diagnose/support/patient-of.ts";
import { treat } from "../host/diagnose/support/treat.ts";
import { TwoAddresses } from "../host/diagnose/support/two-addresses.ts";

/*
 * One host, broken in one way after the other. Each time: the verdict word for word; then the commands it shows are
 * typed, and the host is well again, for the next one.
 */
const patient = patientOf("diagnose-nginx");

describe.each([
  ["nginx", nginxFaults],
  ["the certificate", certificateFaults],
  ["the network", networkFaults],
  ["the way to it", betweenFaults],
] as const)("%s", (_, faults) => {
  it.each(faults as Fault[])("$name", (fault) => treat(patient(), fault));
});

it("an IPv6 address that leads nowhere", async () => {
  await using names = await TwoAddresses.of(patient());
  expect(await names.diagnose()).toMatchObject({ healthy: true, verdict: null });
  const rule = "INPUT -d fd00:18::2 -p tcp --dport 80 -j DROP";
  await patient().breaks(`ip6tables -I ${rule}`);
  const { verdict } = await names.diagnose();
  await patient().breaks(`ip6tables -D ${rule}`);
  expect(verdict).toMatchObject({
    hop: "name",
    cause: `the IPv6 address ${names.six} of ${names.name} leads nowhere; its other addresses work`,
    fix: [
      `# at the name server: take ${names.six} (AAAA) away from ${names.name}, or let the host answer there`,
      `# look: getent ahosts ${names.name}`,
    ],
  });
});
