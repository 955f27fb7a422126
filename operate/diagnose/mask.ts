import { masking } from "../../infra/handshake/mask.ts";
import type { ClientSecrets } from "../target/target.ts";
import type { Diagnosis } from "./judge.ts";

/** A secret in a URL, as nginx's error log repeats it. */
const inUrl =
  /([?&](?:access[_-]?token|auth(?:[_-]?token)?|authorization|bearer|api[_-]?key|key|jwt|id[_-]?token|pass(?:word|code)?|secret|session(?:[_-]?id)?|sig(?:nature)?|ticket|token)=)[^&\s"']+/gi;

/** Takes tokens out of a text: ours in every form, and those of others where they stand in a URL. */
export function maskTokens(text: string, ours: readonly string[] = []): string {
  return ours.reduce((masked, secret) => masking(secret)(masked), text.replace(inUrl, "$1<token>"));
}

/** What a client of ours shows, and no one else may see. */
export const secretsOf = ({ token = "", secrets = [] }: Pick<ClientSecrets, "token" | "secrets">): string[] =>
  [token, ...secrets].filter(Boolean);

/** What repeats nothing: a token that is a word of ours, such as `wrong`, takes no name of a hop away. */
const ours = ["hop", "name", "severity", "status", "worry"];

/** The diagnosis as it may be shown: log lines repeat what clients sent. */
export function maskDiagnosis(diagnosis: Diagnosis, secrets: readonly string[]): Diagnosis {
  const masked: Diagnosis = JSON.parse(JSON.stringify(diagnosis), (key, value: unknown) =>
    typeof value === "string" && !ours.includes(key) ? maskTokens(value, secrets) : value,
  );
  return masked;
}
