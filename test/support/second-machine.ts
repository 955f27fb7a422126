import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { SandboxInfo } from "../../sandbox/host/sandbox.ts";
import {
  addSecondMachine,
  removeSecondMachine,
  type SecondMachine,
} from "../../sandbox/host/second-machine.ts";

const dialScript = fileURLToPath(new URL("tcp.mjs", import.meta.url));

/** A machine in the same network as a host, from which one sees what the host lets in. */
export class Outside implements AsyncDisposable {
  readonly machine: SecondMachine;
  readonly host: SandboxInfo;

  private constructor(machine: SecondMachine, host: SandboxInfo) {
    this.machine = machine;
    this.host = host;
  }

  static async of(host: SandboxInfo): Promise<Outside> {
    return new Outside(await addSecondMachine(host), host);
  }

  /** This machine's address. */
  get address(): string {
    return this.machine.address;
  }

  /** Runs a program here and returns what it printed to stdout. Throws with all of its output where it fails. */
  async exec(argv: readonly string[], options: { input?: string } = {}): Promise<string> {
    return (await execa("ip", ["netns", "exec", this.machine.namespace, ...argv], options)).stdout;
  }

  /** Fails unless the host answers at a port. */
  async connects(port: number): Promise<void> {
    const result = await this.dial(port, 5000);
    if (result !== "connected") throw new Error(`${this.at(port)}: expected a connection, found ${result}`);
  }

  /** Fails unless the host turns a port away, by a refusal or by silence, which takes a second to tell. */
  async refuses(port: number): Promise<void> {
    const result = await this.dial(port, 1000);
    if (!["refused", "silence"].includes(result))
      throw new Error(`${this.at(port)}: expected to be turned away, found ${result}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeSecondMachine(this.machine.namespace);
  }

  private dial(port: number, timeout: number): Promise<string> {
    return this.exec([process.execPath, dialScript, this.host.address, String(port), String(timeout)]);
  }

  private at(port: number): string {
    return `${this.host.name}:${port} from ${this.address}`;
  }
}
