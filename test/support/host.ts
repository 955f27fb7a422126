import { execa } from "execa";
import { filesOf } from "../../sandbox/host/paths.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { Outside } from "./second-machine.ts";
import { removeAbandoned, testName } from "./test-name.ts";

/**
 * A fresh host for a test, which goes away with the block that holds it.
 *
 * @example
 * await using host = await startHost("firewall");
 * await host.run("sudo ufw --force enable");
 */
export async function startHost(label: string): Promise<TestHost> {
  await removeAbandoned();
  return new TestHost(await sandbox.up(testName(label)));
}

export class TestHost implements AsyncDisposable {
  readonly info: sandbox.SandboxInfo;
  private readonly others: Outside[] = [];

  constructor(info: sandbox.SandboxInfo) {
    this.info = info;
  }

  get name(): string {
    return this.info.name;
  }

  get address(): string {
    return this.info.address;
  }

  /** Runs a command as `ubuntu` and returns what it printed to stdout. Fails with all output where it fails. */
  async run(command: string, { input = "" }: { input?: string } = {}): Promise<string> {
    const { exitCode, stdout, output } = await this.ssh(command, input);
    if (exitCode !== 0)
      throw new Error(`${this.name}: ${command}\nexpected exit code 0, found ${exitCode}\n${output}`);
    return stdout;
  }

  /** Runs a command that must fail, and returns all that it printed. */
  async fails(command: string, { input = "" }: { input?: string } = {}): Promise<string> {
    const { exitCode, output } = await this.ssh(command, input);
    if (exitCode === 0)
      throw new Error(`${this.name}: ${command}\nexpected a failure, found exit code 0\n${output}`);
    return output;
  }

  /** Puts the text of the host's command into its place. */
  async installCommand(text: string): Promise<void> {
    await this.run("sudo install -D -m 0755 /dev/stdin /usr/local/sbin/geo-system", { input: text });
  }

  /** A second machine in the same network. It goes with the host. */
  async outside(): Promise<Outside> {
    const outside = await Outside.of(this.info);
    this.others.push(outside);
    return outside;
  }

  /** A power cycle; returns when one can log in again. */
  async reboot(): Promise<void> {
    await sandbox.reboot(this.name);
  }

  /** Cuts the power. */
  async off(): Promise<void> {
    await sandbox.powerCut(this.name);
  }

  /** Switches it on again; returns when one can log in. */
  async on(): Promise<void> {
    await sandbox.up(this.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sandbox.down(this.name);
  }

  /** Runs a command; throws where there was no connection, which is no failure of the command. */
  private async ssh(command: string, input: string) {
    const options = { input, all: true, reject: false } as const;
    const {
      exitCode = 255,
      stdout,
      all: output,
    } = await execa("ssh", [...sshArguments(this.info), command], options);
    if (exitCode === 255 && /^ssh: connect to host/m.test(output))
      throw new Error(`${this.name}: ${command}\n${output}\nThe host's journal:\n${await this.journal()}`);
    return { exitCode, stdout, output };
  }

  /** What the host's own journal says of sshd, read from outside. */
  private async journal(): Promise<string> {
    const folder = `--directory=${filesOf(this.name).upper}/var/log/journal`;
    const units = ["--unit=ssh.service", "--unit=ssh.socket", "--unit=init.scope"];
    const options = { all: true, reject: false } as const;
    return (await execa("journalctl", [folder, ...units, "--lines=20", "--no-pager"], options)).all;
  }
}
