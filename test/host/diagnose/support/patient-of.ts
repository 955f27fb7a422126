import { afterAll, afterEach, beforeAll } from "vitest";
import { TestStack } from "../../../support/stack.ts";
import { Patient } from "./patient.ts";

/** One provisioned host for all stories of a file; another one after a story that failed and may have left it broken. */
export function patientOf(label: string): () => Patient {
  let stack: TestStack | undefined;
  let patient: Patient | undefined;
  const admit = async () => {
    stack = await TestStack.start(label);
    await stack.up();
    patient = await Patient.of(stack.stack.stack, stack.info());
  };
  const discharge = async () => {
    await patient?.[Symbol.asyncDispose]();
    await stack?.[Symbol.asyncDispose]();
  };
  beforeAll(admit);
  afterAll(discharge);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await discharge();
    await admit();
  });
  return () => {
    if (!patient) throw new Error("the host is not there yet");
    return patient;
  };
}
