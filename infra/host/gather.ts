import { factsText } from "../render/scripts.ts";
import type { HostConnection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { parseFacts } from "./read-facts.ts";
import { connect } from "./ssh.ts";
import { address, SshError } from "./ssh-error.ts";

const command = "sudo -n bash -s";

/**
 * Asks the host for its facts: one connection, one round trip, nothing changed on it. The script travels with the
 * question, so a bare host answers as well.
 *
 * @param wanted the payloads that are wanted, by step: the site among them is tried within the host's nginx
 * @throws SshError where the host cannot be reached, or does not answer as expected
 */
export async function gatherFacts(
  connection: HostConnection,
  wanted: ReadonlyMap<string, string>,
): Promise<Facts> {
  await using session = await connect(connection);
  // bash reads a script from its input no further than it needs: what follows is for the script.
  const { code, stdout, stderr } = await session.exec(command, {
    input: factsText() + lines(wanted),
    timeoutMs: 30_000,
  });
  if (code === 0) return parseFacts(stdout);
  throw new SshError(
    "command",
    `${address(connection)} did not tell its facts ("${command}" ended with ${code}): ${stderr.trim() || "without a word"}`,
    `${connection.user} must be allowed to use sudo without a password: log in and try: sudo -n true`,
  );
}

function lines(wanted: ReadonlyMap<string, string>): string {
  return [...wanted].map(([step, text]) => `${step}\t${Buffer.from(text).toString("base64")}\n`).join("");
}
