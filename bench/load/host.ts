import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { quote } from "shell-quote";
import { withAgent } from "../../infra/host/agent.ts";
import { type StackOutputs, stackOutputs } from "../../operate/host-session.ts";
import { project, type ReadyStack, readyStack } from "../../operate/run-pulumi.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import { filesOf } from "../../sandbox/host/paths.ts";
import { processesOn } from "../../sandbox/host/processes.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import {
  addSecondMachine,
  removeSecondMachine,
  type SecondMachine,
} from "../../sandbox/host/second-machine.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import type { Way } from "./crowd.ts";

/** Open files of a backend's process: a container may allow no more than 20,000, and a release needs some beside. */
const mostOfBackend = 12_000;
/** Clients from one machine: each is a port, and those that left keep theirs a minute longer. */
const mostOfMachine = 20_000;

export interface Wanted {
  clients: number;
  /** The backend's folder; a copy of it is deployed. */
  backend: string;
  /** Configuration beside that. */
  settings?: Record<string, string>;
}

/** A sandbox host that lives as long as the run, with a backend and room for the clients. */
export class LoadHost implements AsyncDisposable {
  readonly #machines: SecondMachine[] = [];
  readonly name: string;
  readonly stack: ReadyStack;
  /** The copy of the backend that is deployed. */
  readonly folder: string;

  private constructor(name: string, stack: ReadyStack, folder: string) {
    this.name = name;
    this.stack = stack;
    this.folder = folder;
  }

  static async start({ clients, backend, settings }: Wanted): Promise<LoadHost> {
    const name = `load-${process.pid}`;
    const stack = await readyStack(stackOf(name));
    const host = new LoadHost(name, stack, await mkdtemp(join(tmpdir(), "load-")));
    try {
      await copyOf(backend, host.folder);
      await host.#configure({ ...sized(clients), ...settings });
      await host.up();
      return host;
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #configure(settings: Record<string, string>): Promise<void> {
    const all = { ...settings, backendSource: this.folder };
    const words = Object.entries(all).flatMap(([key, value]) => [
      "--plaintext",
      `geo-system:${key}=${value}`,
    ]);
    await this.#pulumi("config", "set-all", "--stack", this.stack.stack, ...words);
  }

  up = () => this.#pulumi("up", "--yes", "--skip-preview");
  outputs = (): Promise<StackOutputs> => stackOutputs(this.stack);

  async #pulumi(...args: string[]): Promise<void> {
    await withAgent(this.stack.keyPaths, async () => {
      const env = { ...this.stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
      await execa("pulumi", args, { cwd: project, env });
    });
  }

  get info(): sandbox.SandboxInfo {
    return sandbox.info(this.name) as sandbox.SandboxInfo;
  }

  /** Runs a script as root on the host. */
  async run(script: string, ...words: string[]): Promise<string> {
    const line = quote(["sudo", "bash", "-eus", "--", ...words]);
    return (await execa("ssh", [...sshArguments(this.info), line], { input: script })).stdout;
  }

  /** How a client enters the host's own network. */
  inside(): Way {
    const [pid] = processesOn(filesOf(this.name).upper);
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return ["nsenter", "--net", "--target", String(pid)];
  }

  /** Machines beside the host, as many as so many clients need. */
  async machines(clients: number): Promise<readonly SecondMachine[]> {
    while (this.#machines.length < Math.ceil(clients / mostOfMachine)) {
      const machine = await addSecondMachine(this.info);
      this.#machines.push(machine);
      await widenPorts(machine);
    }
    return this.#machines;
  }

  ways = async (clients: number): Promise<readonly Way[]> =>
    (await this.machines(clients)).map(({ namespace }): Way => ["ip", "netns", "exec", namespace]);

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { namespace } of this.#machines) await removeSecondMachine(namespace);
    await sandbox.down(this.name);
    await rm(join(project, `Pulumi.${this.stack.stack}.yaml`), { force: true });
    await rm(this.folder, { recursive: true });
  }
}

/** What makes the host hold them. */
const sized = (clients: number) => ({
  ...(clients >= 1000 && { expectedConnections: String(clients) }),
  backendInstances: String(Math.max(1, Math.ceil(clients / mostOfBackend))),
});

function copyOf(backend: string, folder: string): Promise<void> {
  const filter = (path: string) => !path.includes("node_modules");
  return cp(backend, folder, { recursive: true, filter });
}

async function widenPorts({ namespace }: SecondMachine): Promise<void> {
  const settings = ["net.ipv4.ip_local_port_range=1024 65535", "net.ipv4.tcp_tw_reuse=1"];
  await execa("ip", ["netns", "exec", namespace, "sysctl", "-q", "-w", ...settings]);
}
