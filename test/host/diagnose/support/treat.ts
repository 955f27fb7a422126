import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import { expect } from "vitest";
import type { Diagnosis } from "../../../../operate/diagnose/judge.ts";
import { waitFor } from "../../../support/wait.ts";
import type { Fault } from "./fault.ts";
import type { Patient } from "./patient.ts";

/** What every diagnosis of a host without a fault says. */
export const well = { healthy: true, known: true, others: [] };

/** A fault comes, its diagnosis is word for word the expected one, and the commands it shows make the host well again. */
export async function treat(patient: Patient, fault: Fault): Promise<void> {
  const told = await broken(patient, fault);
  const isWell = async () => expect(await patient.diagnose()).toMatchObject(well);
  await waitFor("the host to be well again", isWell, { within: 30_000 });
  // Last, so that the host is mended for the next fault also where the words are wrong.
  expect(told).toEqual({ hop: fault.hop, cause: fault.cause, fix: fault.fix });
}

/** Breaks the host, and mends it as the diagnosis says. Returns what it said. */
async function broken(patient: Patient, { hop, cause, fix, breaks, inFront, untyped, cleanUp }: Fault) {
  await patient.breaks("systemctl reset-failed nginx pm2-ubuntu || true"); // it refuses the sixth start in ten seconds
  const addressed = (script: string) => script.replaceAll("ADDRESS", patient.info.address);
  const here = (command: string) => execa("sh", ["-c", addressed(command)]); // in front of the host
  await patient.breaks(addressed(breaks));
  if (inFront) await here(inFront.breaks);
  const diagnosis = await firstThatTells(patient, { hop, cause, fix }).finally(
    () => inFront && here(inFront.mends),
  );
  const told = patient.told(diagnosis);
  if (!untyped) await patient.type(everyFix(diagnosis));
  if (cleanUp) await patient.breaks(cleanUp);
  return told;
}

/** nginx and pm2 take a change over a moment after they were told. The last diagnosis where none tells it in time. */
async function firstThatTells(patient: Patient, expected: unknown): Promise<Diagnosis> {
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
