import { masking } from "../../infra/handshake/mask.ts";
import type { Diagnosis } from "./judge.ts";

/** A token in a URL, as nginx's error log repeats it. */
const inUrl = /([?&](?:access_)?token=)[^&\s"']+/gi;

/** Takes tokens out of a text: ours in every form, and those of others where they stand in a URL. */
export function maskTokens(text: string, token = ""): string {
  return masking(token)(text.replace(inUrl, "$1<token>"));
}

/** The diagnosis as it may be shown: log lines repeat what clients sent. */
export function maskDiagnosis(diagnosis: Diagnosis, token: string | undefined): Diagnosis {
  const masked: Diagnosis = JSON.parse(JSON.stringify(diagnosis), (_, value: unknown) =>
    typeof value === "string" ? maskTokens(value, token) : value,
  );
  return masked;
}
