import { Command } from "commander";
import { connect } from "../../infra/host/ssh.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, memberName, membersAmong, targetsOf } from "../target/options.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Target } from "../target/target.ts";
import { fleetStatusText, type HostStatus } from "./fleet.ts";
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
    const targets = await targetsOf(options);
    if (membersAmong(targets).length > 1) return showFleet(targets, options.json);
    const all: { target: Target; status: Status }[] = [];
    for (const target of targets) all.push({ target, status: await target.withKeys(() => ask(target)) });
    const status = ofSeveral(all.map((each) => ({ name: each.target.applicationName, status: each.status })));
    console.log(options.json ? JSON.stringify(status, null, 2) : statusText(status));
  });

/** All at the same time; one that does not answer is no end. */
async function showFleet(targets: readonly Target[], json = false): Promise<void> {
  const hosts = await Promise.all(targets.map(askMember));
  const object = Object.fromEntries(hosts.map(({ name, status, problem }) => [name, status ?? { problem }]));
  console.log(json ? JSON.stringify(object, null, 2) : fleetStatusText(hosts));
  if (hosts.some(({ status }) => !status)) process.exitCode = 2;
}

async function askMember(target: Target): Promise<HostStatus> {
  const name = memberName(target);
  try {
    return { name, status: await target.withKeys(() => ask(target)) };
  } catch (error) {
    return { name, problem: (error as Error).message.split("\n")[0] };
  }
}

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
