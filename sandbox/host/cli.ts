import { Command } from "commander";
import { execa } from "execa";
import { report } from "../report.ts";
import * as sandbox from "./sandbox.ts";
import { say } from "./say.ts";
import { sshArguments } from "./ssh.ts";

interface Options {
  name: string;
}

const program = new Command("npm run sandbox --")
  .description("Throw-away hosts on this machine, with real systemd, sshd and a network of their own.")
  .helpOption("-h, --help", "show this help")
  .helpCommand(false)
  .hook("preAction", async () => {
    const why = await sandbox.whyNoSandbox();
    if (why) throw new Error(why);
  });

/** A command on one sandbox. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .option("--name <name>", "which sandbox", sandbox.defaultName);
}

command("up", "start a sandbox: a fresh one, or the one that is off").action(async ({ name }: Options) => {
  sayReady(await sandbox.up(name));
});

command("down", "throw a sandbox away, with the state of its stack").action(async ({ name }: Options) => {
  await sandbox.down(name);
  say(`The sandbox "${name}" is gone.`);
});

command("reset", "a fresh host in place of the one that is there").action(async ({ name }: Options) => {
  sayReady(await sandbox.reset(name));
});

command("reboot", "cut the power and switch it on again").action(async ({ name }: Options) => {
  sayReady(await sandbox.reboot(name));
});

command("info", "print as JSON how to reach a sandbox").action(({ name }: Options) => {
  console.log(JSON.stringify(sandbox.running(name), null, 2));
});

command("ssh", "log in as ubuntu, or run a command; its exit code is ours")
  .argument("[command...]", "the command, after a second --")
  .action(async (words: string[], { name }: Options) => {
    const { exitCode } = await execa("ssh", [...sshArguments(sandbox.running(name)), ...words], {
      stdio: "inherit",
      reject: false,
    });
    process.exitCode = exitCode ?? 255;
  });

program
  .command("list")
  .description("print the names and addresses of all sandboxes")
  .action(() => {
    for (const name of sandbox.sandboxNames())
      console.log(`${name}\t${sandbox.info(name)?.address ?? "off"}`);
  });

function sayReady({ name, address, user }: sandbox.SandboxInfo): void {
  say(`The sandbox "${name}" is ready: ${user}@${address}`);
}

try {
  await program.parseAsync();
} catch (error) {
  report(error);
}
