import type { SshSession } from "../../../infra/host/ssh.ts";
import { asRoot, shellWords } from "../../target/shell-words.ts";
import type { Target } from "../../target/target.ts";
import type { Inside } from "./observed.ts";
import { insideProgram } from "./program.ts";
import { readInside } from "./read.ts";

/** The walk on the host: one command on the connection that stands. */
export async function inspectHost(session: SshSession, target: Target): Promise<Inside> {
  const { application, site, urls, sshPort, user } = target;
  const { host, pathname } = new URL(urls[0] ?? "ws://localhost/ws");
  const told = [application, site, host, pathname, String(sshPort)];
  const command = shellWords([...asRoot(user), "bash", "-s", "--", ...told]);
  const { stdout, stderr, code } = await session.exec(command, { input: insideProgram(), timeoutMs: 20_000 });
  if (!stdout.endsWith("\nend\n")) {
    throw new Error(`${command.split(" -s")[0]}: ${stderr.trim() || `it ended with ${code}`}`);
  }
  return readInside(stdout);
}
