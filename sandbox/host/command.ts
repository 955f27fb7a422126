import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { execa } from "execa";
import { packageRoot } from "../../infra/package-root.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import { type System, systems } from "./distribution.ts";
import * as sandbox from "./sandbox.ts";
import { say } from "./say.ts";
import { sshArguments } from "./ssh.ts";

interface Options {
  name: string;
  acme?: boolean;
  system?: System;
}

const acme = [
  "--acme",
  "with a CA beside it, an ACME server that certifies any name and the host's address",
] as const;

const system = () =>
  new Option(
    "--system <system>",
    "what it is made of; default: ubuntu-24.04, or debian-12 where its archive is not reached",
  ).choices(systems);

export const command = new Command("npm run sandbox --")
  .description("Throw-away hosts on this machine, with real systemd, sshd and a network of their own.")
  .helpOption("-h, --help", "show this help")
  .helpCommand(false)
  .hook("preAction", async () => {
    const why = await sandbox.whyNoSandbox();
    if (why) throw new Error(why);
  });

/** A command on one sandbox. */
function subcommand(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .option("--name <name>", "which sandbox", sandbox.defaultName);
}

subcommand("up", "start a sandbox: a fresh one, or the one that is off")
  .option(...acme)
  .addOption(system())
  .action(async (options: Options) => {
    await sayReady(await sandbox.up(options.name, options));
  });

subcommand("down", "throw a sandbox away, with the state of its stack").action(async ({ name }: Options) => {
  await sandbox.down(name);
  say(`The sandbox "${name}" is gone.`);
  const settings = `Pulumi.${stackOf(name)}.yaml`;
  if (existsSync(join(packageRoot, settings)))
    say(`${settings} stays, for the next sandbox of that name. Without one: rm ${settings}`);
});

subcommand("reset", "a fresh host in place of the one that is there, of its system; its CA goes")
  .option(...acme)
  .addOption(system())
  .action(async (options: Options) => {
    await sayReady(await sandbox.reset(options.name, options));
  });

subcommand("reboot", "cut the power and switch it on again").action(async ({ name }: Options) => {
  await sayReady(await sandbox.reboot(name));
});

subcommand("info", "print as JSON how to reach a sandbox").action(async ({ name }: Options) => {
  console.log(JSON.stringify({ ...sandbox.running(name), acme: await sandbox.ca(name) }, null, 2));
});

subcommand("ssh", "log in as ubuntu, or run a command; its exit code is ours")
  .argument("[command...]", "the command, after a second --")
  .action(async (words: string[], { name }: Options) => {
    const { exitCode } = await execa("ssh", [...sshArguments(sandbox.running(name)), ...words], {
      stdio: "inherit",
      reject: false,
    });
    process.exitCode = exitCode ?? 255;
  });

command
  .command("list")
  .description("print the names, addresses and systems of all sandboxes")
  .option("--json", "as a list of objects; the address of one that is off is null")
  .action(({ json }: { json?: boolean }) => {
    const all = sandbox.sandboxNames().map((name) => ({
      name,
      address: sandbox.info(name)?.address ?? null,
      system: sandbox.systemOf(name),
    }));
    if (json) return console.log(JSON.stringify(all, null, 2));
    for (const { name, address, system } of all)
      console.log(`${name}\t${address ?? "off"}\t${system ?? "unknown"}`);
  });

async function sayReady({ name, address, user }: sandbox.SandboxInfo): Promise<void> {
  say(`The sandbox "${name}" is ready: ${user}@${address}`);
  const ca = await sandbox.ca(name);
  if (ca) sayCa(ca);
  const stack = stackOf(name);
  say(`Next: npm run up${stack === stackOf(sandbox.defaultName) ? "" : ` -- --stack ${stack}`}`);
}

function sayCa({ directory, trustFile }: sandbox.SandboxCa): void {
  say(`Its CA is ready: ${directory}\n  trust it, and what it issues, by ${trustFile}`);
}
