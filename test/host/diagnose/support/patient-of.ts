import { afterAll, beforeAll } from "vitest";
import { TestStack } from "../../../support/stack.ts";
import { Patient } from "./patient.ts";

/** One provisioned host for all stories of a file. */
export function patientOf(label: string): () => Patient {
  let stack: TestStack | undefined;
  let patient: Patient | undefined;
  beforeAll(async () => {
    stack = await TestStack.start(label);
    await stack.up();
    patient = await Patient.of(stack.stack.stack, stack.info());
  });
  afterAll(async () => {
    await patient?.[Symbol.asyncDispose]();
    await stack?.[Symbol.asyncDispose]();
  });
  return () => {
    if (!patient) throw new Error("the host is not there yet");
    return patient;
  };
}
