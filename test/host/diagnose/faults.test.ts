import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnosis } from "../../../operate/diagnose/judge.ts";
import { TestStack } from "../../support/stack.ts";
import { waitFor } from "../../support/wait.ts";
import { backendFaults } from "./faults/backend.ts";
import { certificateFaults } from "./faults/certificate.ts";
import { goneFaults } from "./faults/gone.ts";
import { hostFaults } from "./faults/host.ts";
import { networkFaults } from "./faults/network.ts";
import { nginxFaults } from "./faults/nginx.ts";
import type { Fault } from "./support/fault.ts";
import { Patient } from "./support/patient.ts";
import { TwoAddresses } from "./support/two-addresses.ts";

/*
 * One host, broken in one way after the other. Each time: the verdict word for word; then the commands it shows are
 * typed, and the host is well again, for the next one.
 */
let stack: TestStack;
let patient: Patient;

beforeAll(async () => {
  stack = await TestStack.start("diagnose");
  await stack.up();
  patient = await Patient.of(stack.stack.stack, stack.info());
});
afterAll(async () => {
  await patient?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
});

it("a healthy host gives no warning, 50 times in a row", { timeout: 300_000 }, async () => {
  for (let time = 0; time < 50; time++) expect(await patient.diagnose()).toMatchObject(well);
});

const well = { healthy: true, known: true, others: [] };

describe.each([
  ["the backend", backendFaults],
  ["nginx", nginxFaults],
  ["the certificate", certificateFaults],
  ["the network", networkFaults],
  ["the host", hostFaults],
  ["what is gone", goneFaults],
] as const)("%s", (_, faults) => {
  it.each(faults as Fault[])("$name", async (fault) => {
    const told = await broken(fault);
    await waitFor("the host to be well again", isWell, { within: 30_000 });
    // Last, so that the host is mended for the next fault also where the words are wrong.
    expect(told).toEqual({ hop: fault.hop, cause: fault.cause, fix: fault.fix });
  });
});

it("an IPv6 address that leads nowhere", async () => {
  await using names = await TwoAddresses.of(patient);
  expect(await names.diagnose()).toMatchObject({ healthy: true, verdict: null });
  const rule = "INPUT -d fd00:18::2 -p tcp --dport 80 -j DROP";
  await patient.breaks(`ip6tables -I ${rule}`);
  const { verdict } = await names.diagnose();
  await patient.breaks(`ip6tables -D ${rule}`);
  expect(verdict).toMatchObject({
    hop: "name",
    cause: `the IPv6 address ${names.six} of ${names.name} leads nowhere; its other addresses work`,
    fix: [
      `# at the name server: take ${names.six} (AAAA) away from ${names.name}, or let the host answer there`,
      `getent ahosts ${names.name}`,
    ],
  });
});

const isWell = async () => expect(await patient.diagnose()).toMatchObject(well);

/** Breaks the host, and mends it as the diagnosis says. Returns what it said. */
async function broken({ hop, cause, fix, breaks, inFront, untyped, cleanUp }: Fault) {
  await patient.breaks("systemctl reset-failed nginx pm2-ubuntu || true"); // it refuses the sixth start in ten seconds
  await patient.breaks(addressed(breaks));
  if (inFront) await here(inFront.breaks);
  const diagnosis = await firstThatTells({ hop, cause, fix }).finally(() => inFront && here(inFront.mends));
  const told = patient.told(diagnosis);
  if (!untyped) await patient.type(everyFix(diagnosis));
  if (cleanUp) await patient.breaks(cleanUp);
  return told;
}

const addressed = (script: string) => script.replaceAll("ADDRESS", patient.info.address);
/** On this machine, in front of the host. */
const here = (command: string) => execa("sh", ["-c", addressed(command)]);

/** nginx and pm2 take a change over a moment after they were told. The last diagnosis where none tells it in time. */
async function firstThatTells(expected: unknown): Promise<Diagnosis> {
  let last = await patient.diagnose();
  const told = async () => {
    if (isDeepStrictEqual(patient.told(last), expected)) return true;
    last = await patient.diagnose();
    throw new Error(JSON.stringify(patient.told(last)));
  };
  await waitFor(`the diagnosis ${JSON.stringify(expected)}`, told, { within: 15_000 }).catch(() => {}); // said below
  return last;
}

/** Of two faults at once the second is shown as well. */
const everyFix = ({ verdict, others }: Diagnosis) =>
  [verdict, ...others.filter(({ severity }) => severity === "fail")].flatMap((finding) => finding?.fix ?? []);
