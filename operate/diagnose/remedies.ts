import { createInterface } from "node:readline/promises";
import { connect } from "../../infra/host/ssh.ts";
import type { Target } from "../target/target.ts";
import type { Diagnosis } from "./judge.ts";

/** The remedies of the operators' own guide: each can only help, and is right whatever else is wrong. */
const safe = [
  /^pm2 restart [\w-]+$/,
  /^sudo systemctl (start|reset-failed|enable) [\w@:.-]+$/,
  /^sudo ufw allow (80|443)\/tcp( comment geo-system)?$/,
];
/** A command that only shows something fixes nothing: rules/remedy.ts marks it. */
const isLook = (line: string) => line.startsWith("# look: ");

/** What holds the lock of the host; a host that was made in another way has none. */
const hostCommand = "/usr/local/sbin/geo-system";
/** Seconds that one of them may take. */
const patience = 60;

/** What `--fix` would run on the host; empty where a fault needs more than these. */
export function remedies({ verdict, others }: Diagnosis, target: Pick<Target, "ssh">): string[] {
  const failures = [verdict, ...others].filter((finding) => finding?.severity === "fail");
  const fixes = failures.map((finding) =>
    (finding?.fix ?? []).filter((line) => !isLook(line)).map((line) => onHost(line, target)),
  );
  // The first cause first: where it cannot be mended here, nothing after it would help.
  const able = fixes.findIndex((lines) => !lines.every(isSafe));
  return fixes
    .slice(0, able < 0 ? fixes.length : able)
    .flat()
    .filter(isSafe);
}

const isSafe = (command: string) => safe.some((pattern) => pattern.test(command));

/** A command as it is printed, without the login before it. */
function onHost(line: string, { ssh }: Pick<Target, "ssh">): string {
  return line.startsWith(`${ssh} `) ? line.slice(ssh.length + 1) : "";
}

/**
 * Asks, unless it was told `yes`, and runs them in order; on a host of ours no other run works meanwhile, and its journal
 * writes them down.
 *
 * @returns whether they were run
 * @throws where one fails, with what it said; or where there is no terminal to ask
 */
export async function applyRemedies(
  commands: readonly string[],
  target: Target,
  { yes = false, wait }: { yes?: boolean; wait: number },
): Promise<boolean> {
  // On stderr, as the question: what is printed is the diagnosis, and with --json nothing else.
  console.error(["\nTo be done on the host:", ...commands.map((command) => `  ${command}`)].join("\n"));
  if (!yes && !(await agreed())) return false;
  await using session = await connect(await target.connection());
  const ours = (await session.exec(`test -x ${hostCommand}`)).code === 0;
  for (const command of commands) {
    const line = ours ? `sudo geo-system command mend --wait ${wait} -- ${command}` : command;
    const { code, stdout, stderr } = await session.exec(line, { timeoutMs: (wait + patience) * 1000 });
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${(stderr || stdout).trim()}`);
  }
  return true;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Error("--fix asks before it changes anything, and there is no terminal\n  next: add --yes");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Do it? [y/N] ");
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
