import { SshError } from "../../infra/host/ssh-error.ts";
import type { SshFailure } from "./observations.ts";

/** Why the login failed, in parts: the sentence, the lines below it that prove it, and what to do. */
export function sshFailure(error: Error): SshFailure {
  if (!(error instanceof SshError)) {
    const [cause = "", ...next] = error.message.split("\n");
    return { hop: "unknown", cause, seen: [], next: next.join("\n") };
  }
  const { hop, message, next } = error;
  const [cause = "", ...below] = message.slice(0, -next.length).trimEnd().split("\n");
  return { hop, cause: cause.replace(/:$/, ""), seen: below.map((line) => line.trim()), next };
}
