import { gunzipSync, gzipSync } from "node:zlib";
import { mark } from "../profile.ts";
import { factsText } from "../render/scripts.ts";
import type { HostConnection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { parseFacts } from "./read-facts.ts";
import { connect, type SshSession } from "./ssh.ts";
import { address, SshError } from "./ssh-error.ts";

/** Read as a whole before any of it runs: from a pipe bash would read a script byte by byte. */
const command = `sudo -n bash -c 'facts=$(gzip -dc) && eval "$facts"'`;

/**
 * Asks the host for its facts: one connection, one round trip, nothing changed on it. The script travels with the
 * question, so a bare host answers as well.
 *
 * @param wanted the payloads that are wanted, by step: the site among them is tried within the host's nginx
 * @param dialled a connection that is there already, or under way; default: one for this question
 * @throws SshError where the host cannot be reached, or does not answer as expected
 */
export async function gatherFacts(
  connection: HostConnection,
  wanted: ReadonlyMap<string, string>,
  dialled: Promise<SshSession> = connect(connection),
): Promise<Facts> {
  await using session = await dialled;
  mark("dialled");
  const { code, stdout, stderr } = await session.exec(command, {
    input: gzipSync(factsText(lines(wanted), "packed"), { level: 1 }),
    timeoutMs: 30_000,
  });
  if (code === 0) return parseFacts(unpacked(stdout), wanted);
  throw new SshError(
    "command",
    `${address(connection)} did not tell its facts ("${command}" ended with ${code}): ${stderr.trim() || "without a word"}`,
    `${connection.user} must be allowed to use sudo without a password: log in and try: sudo -n true`,
  );
}

function lines(wanted: ReadonlyMap<string, string>): string {
  return [...wanted].map(([step, text]) => `${step}\t${Buffer.from(text).toString("base64")}\n`).join("");
}

/** Nothing of an answer that broke off. */
function unpacked(answer: string): string {
  try {
    return gunzipSync(Buffer.from(answer, "base64")).toString("utf8");
  } catch {
    return "";
  }
}
