/** A failure whose message was written for the person at the terminal: it is shown without a stack trace. */
export class SetupFailure extends Error {
  override name = "SetupFailure";
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
