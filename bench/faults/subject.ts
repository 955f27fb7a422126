import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { withAgent } from "../../infra/host/agent.ts";
import { clearWay } from "../../operate/clear-way.ts";
import { project, type ReadyStack, readyStack } from "../../operate/run-pulumi.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";

/** A new release and a new site: what each `up` of a fault run brings, beside a firewall to close. */
export interface Change {
  /** Stands in the page of the release. */
  mark: string;
  /** Stands in the site as `proxy_read_timeout`. */
  readTimeout: number;
}

/** A run of the CLI. */
export interface Run {
  /** Its process, which leads a group; undefined where it did not start. */
  pid: number | undefined;
  /** How it ended, and all that it said. */
  end: Promise<{ exitCode: number; output: string }>;
}

/** A sandbox host that serves, with its stack. Goes away with its host and its files. */
export class Subject implements AsyncDisposable {
  readonly name: string;
  private readonly stack: ReadyStack;
  private readonly files: string;

  /** Of a sandbox that is there. @param files where it keeps the releases that it makes */
  constructor(stack: ReadyStack, files: string) {
    this.name = stack.sandbox ?? "";
    this.stack = stack;
    this.files = files;
  }

  /** Runs with a host that serves nothing yet, and with an SSH agent. */
  static async with<T>(name: string, run: (subject: Subject) => Promise<T>): Promise<T> {
    const stack = await readyStack(stackOf(name));
    await using subject = new Subject(stack, await mkdtemp(join(tmpdir(), "faults-")));
    return await withAgent(stack.keyPaths, () => run(subject));
  }

  /** The firewall is turned off and a rule deleted by hand: the next `up` undoes both, and that change closes ports. */
  async openFirewall(): Promise<void> {
    await this.on("sudo ufw disable && sudo ufw delete allow 443/tcp");
  }

  /** What is not as an `up` leaves the firewall, by the step's own check; a change that still waits counts. */
  async firewallProblem(): Promise<string> {
    const armed =
      "sudo ls -d /var/lib/geo-system/firewall/armed 2>/dev/null || true # no such folder: no change waits";
    const said = (await this.on(`sudo geo-system firewall check 2>&1; ${armed}`)).trim();
    return said === "unchanged" ? "" : said;
  }

  /** Brings a change, and must end well. */
  async up(change: Change): Promise<void> {
    const { exitCode, output } = await (await this.start(change)).end;
    if (exitCode !== 0) throw new Error(`pulumi up: expected exit code 0, found ${exitCode}\n${output}`);
  }

  /** Starts to bring a change, in a process group of its own. */
  async start({ mark, readTimeout }: Change): Promise<Run> {
    const settings = { backendSource: await this.release(mark), handshake: "example", readTimeout };
    const words = Object.entries(settings).flatMap(([key, value]) => [
      "--config",
      `geo-system:${key}=${value}`,
    ]);
    return this.pulumi("up", "--yes", "--skip-preview", ...words);
  }

  /** What `npm run up` does before it begins: a killed CLI leaves the lock of its stack, and half-done work. */
  async clearWay(): Promise<void> {
    await clearWay(this.stack);
  }

  async url(): Promise<string> {
    const { output } = await this.pulumi("stack", "output", "testUrl", "--show-secrets").end;
    return output.trim();
  }

  /** The mark of the release that the host serves now, and its `readTimeout`. */
  async served(url: string): Promise<string> {
    const page = await fetch(url.replace(/^ws:\/\/([^/]+).*/, "http://$1/"), {
      signal: AbortSignal.timeout(5000),
    });
    return /<!-- mark (\w+) -->/.exec(await page.text())?.[1] ?? "none";
  }

  on(command: string): Promise<string> {
    return sandbox.run(this.name, command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sandbox.down(this.name);
    await rm(join(project, `Pulumi.${this.stack.stack}.yaml`), { force: true });
    await rm(this.files, { recursive: true, force: true });
  }

  /** A copy of the example backend that differs from all before it. */
  private async release(mark: string): Promise<string> {
    const folder = join(this.files, "backend");
    await rm(folder, { recursive: true, force: true });
    const filter = (path: string) => !path.includes("node_modules");
    await cp(join(project, "examples/geo-backend"), folder, { recursive: true, filter });
    await appendFile(join(folder, "public/index.html"), `<!-- mark ${mark} -->\n`);
    return folder;
  }

  private pulumi(...args: string[]): Run {
    const env = { ...this.stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
    const words = [...args, "--color=never", "--non-interactive"];
    const run = execa("pulumi", words, { cwd: project, env, all: true, reject: false, detached: true });
    return { pid: run.pid, end: run.then(({ exitCode = 1, all }) => ({ exitCode, output: all })) };
  }
}
