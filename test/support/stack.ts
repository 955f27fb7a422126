import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { withAgent } from "../../infra/host/agent.ts";
import { project, type ReadyStack, readyStack } from "../../operate/run-pulumi.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import type { System } from "../../sandbox/host/distribution.ts";
import type { SandboxInfo } from "../../sandbox/host/sandbox.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { testName } from "./test-name.ts";

/** What a run of the CLI said, colours off, and how it ended. */
export interface Run {
  exitCode: number;
  output: string;
}

/** A sandbox host with a stack of its own, driven by the real CLI. Goes away with its host and its files. */
export class TestStack implements AsyncDisposable {
  /** The name of its sandbox. */
  readonly host: string;
  stack: ReadyStack;
  readonly files: string;
  /** What `configure` set last. */
  #configured: string[] = [];

  constructor(host: string, stack: ReadyStack, files: string) {
    this.host = host;
    this.stack = stack;
    this.files = files;
  }

  /**
   * @param ca whether an ACME server is beside its sandbox, which makes the stack one with `tls: acme`
   * @param fleet how many hosts it shall have, as a fleet
   * @param system what its sandbox is made of; default: as any sandbox
   */
  static async start(
    label: string,
    { ca = false, fleet, system }: { ca?: boolean; fleet?: number; system?: System } = {},
  ): Promise<TestStack> {
    const host = testName(label);
    if (system) await sandbox.up(host, { system });
    if (ca) {
      await sandbox.up(host);
      await sandbox.addCa(host);
    }
    const stack = await readyStack(stackOf(host), undefined, fleet);
    return new TestStack(host, stack, await mkdtemp(join(tmpdir(), "中文 stack-")));
  }

  /** So many hosts, as `npm run up -- --fleet` has it. */
  async resize(fleet: number): Promise<void> {
    this.stack = await readyStack(this.stack.stack, undefined, fleet);
  }

  /** Runs the CLI; a failure is an answer, not an error. */
  async pulumi(...args: string[]): Promise<Run> {
    return withAgent(this.stack.keyPaths, async () => {
      const env = { ...this.stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
      const options = { cwd: project, env, all: true, reject: false } as const;
      const { exitCode, all } = await execa(
        "pulumi",
        [...args, "--color=never", "--non-interactive"],
        options,
      );
      return { exitCode: exitCode ?? 1, output: all };
    });
  }

  /** As `pulumi`, but must end well. */
  async must(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.pulumi(...args);
    if (exitCode !== 0)
      throw new Error(`pulumi ${args.join(" ")}: expected exit code 0, found ${exitCode}\n${output}`);
    return output;
  }

  /** `npm run preview -- --markdown`, as an operator runs it; a failure is an answer. */
  async summary(...args: string[]) {
    const words = ["run", "-s", "preview", "--", "--stack", this.stack.stack, "--markdown", ...args];
    const { exitCode, stdout, stderr } = await execa("npm", words, { cwd: project, reject: false });
    return { exitCode, summary: stdout, stderr };
  }

  up = (...args: string[]) => this.must("up", "--yes", "--skip-preview", ...args);

  /** Starts an operator's command on this stack, `npm run NAME -- …`. */
  startNpm(name: string, ...args: string[]) {
    const words = ["run", "-s", name, "--", "--stack", this.stack.stack, ...args];
    const options = { cwd: project, env: { NO_COLOR: "1" }, all: true, reject: false } as const;
    return execa("npm", words, options);
  }

  /** Runs it to its end; a failure is an answer. */
  async npm(name: string, ...args: string[]): Promise<Run> {
    const { exitCode, all } = await this.startNpm(name, ...args);
    return { exitCode: exitCode ?? 1, output: all };
  }

  async outputs(): Promise<Record<string, string>> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets")) as Record<
      string,
      string
    >;
  }

  /** Sets the stack's configuration in one move. What an earlier call set, and this one does not, is gone. */
  async configure(values: Record<string, unknown>): Promise<void> {
    const path = join(project, `Pulumi.${this.stack.stack}.yaml`);
    const settings = parse(await readFile(path, "utf8")) as { config: Record<string, unknown> };
    for (const key of this.#configured) delete settings.config[key];
    const named = Object.entries(values).map(([key, value]) => [`geo-system:${key}`, value] as const);
    this.#configured = named.map(([key]) => key);
    Object.assign(settings.config, Object.fromEntries(named));
    await writeFile(path, stringify(settings));
  }

  /** A fresh host at the same address, with another host key, while the stack knows of the old one. */
  async resetHost(): Promise<void> {
    const state = join(sandbox.folder(this.host), "pulumi");
    const kept = join(this.files, "state");
    await cp(state, kept, { recursive: true });
    await sandbox.reset(this.host);
    await cp(kept, state, { recursive: true });
    await readyStack(this.stack.stack); // tells it the new key
  }

  /** How to reach the host. */
  info(): SandboxInfo {
    const info = sandbox.info(this.host);
    if (!info) throw new Error(`${this.host}: expected a running host, found none`);
    return info;
  }

  /** What a command prints on the host, run by its user over SSH. */
  async on(command: string): Promise<string> {
    return (await execa("ssh", [...sshArguments(this.info()), command], { stripFinalNewline: false })).stdout;
  }

  /** A copy of the example backend that a test may change. */
  async copyOfBackend(): Promise<string> {
    const folder = join(this.files, "my backend");
    await cp(join(project, "examples/geo-backend"), folder, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sandbox.down(this.host);
    await rm(join(project, `Pulumi.${this.stack.stack}.yaml`), { force: true });
    await rm(this.files, { recursive: true, force: true });
  }
}
