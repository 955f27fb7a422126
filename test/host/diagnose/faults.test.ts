import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnosis } from "../../../operate/diagnose/judge.ts";
import { TestStack } from "../../support/stack.ts";
import { waitFor } from "../../support/wait.ts";
import {
  backendFaults,
  certificateFaults,
  type Fault,
  hostFaults,
  networkFaults,
  nginxFaults,
} from "./support/faults.ts";
import { Patient } from "./support/patient.ts";

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

it("a healthy host gives no warning, time and again", async () => {
  for (let time = 0; time < 5; time++) expect(await patient.diagnose()).toMatchObject(well);
});

const well = { healthy: true, known: true, others: [] };

describe.each([
  ["the backend", backendFaults],
  ["nginx", nginxFaults],
  ["the certificate", certificateFaults],
  ["the network", networkFaults],
  ["the host", hostFaults],
] as const)("%s", (_, faults) => {
  it.each(faults as Fault[])("$name", async (fault) => {
    await patient.breaks(fault.breaks.replaceAll("ADDRESS", patient.info.address));
    const expected = { hop: fault.hop, cause: fault.cause, fix: fault.fix };
    const diagnosis = await firstThatTells(expected);
    const told = patient.told(diagnosis);
    await patient.type(everyFix(diagnosis));
    if (fault.cleanUp) await patient.breaks(fault.cleanUp);
    await waitFor(
      "the host to be well again",
      async () => expect(await patient.diagnose()).toMatchObject(well),
      {
        within: 30_000,
      },
    );
    // Last, so that the host is mended for the next fault also where the words are wrong.
    expect(told).toEqual(expected);
  });
});

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
