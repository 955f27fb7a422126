import { Command } from "commander";
import { connect } from "../../infra/host/ssh.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, targetsOf } from "../target/options.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Target } from "../target/target.ts";
import { ofSeveral } from "./of-several.ts";
import { statusProgram } from "./program.ts";
import { readStatus, type Status, statusText } from "./status.ts";

export const command = hostOptions(new Command("npm run status --"))
  .description(
    "Shows on one screen what runs on the host: release, pm2, nginx, certificate, connections, firewall.",
  )
  .option("--json", "print one object")
  .addHelpText(
    "after",
    "\nExit codes: 0 shown, 2 the host could not be asked. Whether it is well: npm run diagnose",
  )
  .action(async (options: HostOptions & { json?: boolean }) => {
    const all: { target: Target; status: Status }[] = [];
    for (const target of await targetsOf(options))
      all.push({ target, status: await target.withKeys(() => ask(target)) });
    const status = ofSeveral(all.map((each) => ({ name: each.target.applicationName, status: each.status })));
    console.log(options.json ? JSON.stringify(status, null, 2) : statusText(status));
  });

/** One connection, one command. */
async function ask(target: Target): Promise<Status> {
  await using session = await connect(await target.connection());
  const { application, site, host, user, sshPort, urls } = target;
  const told = [application, site, host, new URL(urls[0] ?? "ws://host/ws").pathname, String(sshPort)];
  const { stdout, stderr } = await session.exec(shellWords([...asRoot(user), "bash", "-s", "--", ...told]), {
    input: statusProgram(),
  });
  if (!stdout.endsWith("\nend\n"))
    throw new Error(`${host} could not be asked: ${stderr.trim() || "it broke off"}`);
  return readStatus(stdout, host);
}
