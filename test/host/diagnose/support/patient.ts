import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Diagnosis, judge } from "../../../../operate/diagnose/judge.ts";
import { observe } from "../../../../operate/diagnose/observe.ts";
import { project } from "../../../../operate/run-pulumi.ts";
import { stackTargets } from "../../../../operate/target/stack-target.ts";
import type { Target } from "../../../../operate/target/target.ts";
import type { SandboxInfo } from "../../../../sandbox/host/sandbox.ts";

/** How long a dial waits: a sandbox answers in milliseconds, or never. */
const timeoutMs = 2_500;

/** A provisioned host that is broken, diagnosed, and mended by what the diagnosis says, over one SSH connection. */
export class Patient implements AsyncDisposable {
  readonly target: Target;
  readonly info: SandboxInfo;
  readonly #files: string;

  private constructor(target: Target, info: SandboxInfo, files: string) {
    this.target = target;
    this.info = info;
    this.#files = files;
  }

  /** @param stack a sandbox's, after an `up` */
  static async of(stack: string, info: SandboxInfo): Promise<Patient> {
    const files = await mkdtemp(join(tmpdir(), "geo-patient-"));
    const config = join(files, "ssh");
    await writeFile(config, sshConfig(info, join(files, "socket")));
    const [target] = await stackTargets(stack);
    if (!target) throw new Error(`stack ${stack} has no application`);
    return new Patient({ ...target, ssh: `ssh -F ${config} ${info.address}` }, info, files);
  }

  /** Runs a script on the host as root, or says with all its output that it failed. */
  async breaks(script: string): Promise<void> {
    await execa("sh", ["-c", `${this.target.ssh} sudo bash -e`], { input: script, all: true });
  }

  async diagnose(): Promise<Diagnosis> {
    return this.target.withKeys(async () => judge(await observe(this.target, timeoutMs)));
  }

  /** Types the commands as they are printed. */
  async type(commands: readonly string[]): Promise<void> {
    for (const command of commands) await execa("sh", ["-c", command], { cwd: project, all: true });
  }

  /** What is said of it, without what differs from run to run. */
  told({ verdict }: Diagnosis) {
    if (!verdict) return undefined;
    const { hop, cause, fix } = verdict;
    return { hop, cause: this.#plain(cause), fix: fix.map((command) => this.#plain(command)) };
  }

  #plain(text: string): string {
    return text
      .replaceAll(this.target.ssh, "HOST")
      .replaceAll(this.info.address, "ADDRESS")
      .replace(/(npm run up -- --stack |PULUMI_STACK=)\S+/, "$1STACK")
      .replace(/\(process \d+\)/, "(process PID)")
      .replace(/(sites-enabled\/[a-z-]+):\d+/, "$1:LINE")
      .replace(/, on \d{4}-\d\d-\d\d/, ", on DATE")
      .replace(/sudo kill (-CONT|-KILL) \d+ [\d ]+/, "sudo kill $1 PIDS")
      .replace(/sudo kill (-CONT |-KILL )?\d+/, "sudo kill $1PID")
      .replace(/prlimit --pid \d+ --nofile=\d+/, "prlimit --pid PID --nofile=N")
      .replace(/^([2-9]|\d\d+) of nginx's/, "N of nginx's")
      .replace(/nginx's \d+ workers/, "nginx's M workers")
      .replace(/sudo kill -QUIT [\d ]+/, "sudo kill -QUIT PIDS")
      .replace(/\(\d+ restarts\)/, "(N restarts)")
      .replace(/releases\/[0-9a-f]{12}/, "releases/RELEASE")
      .replace(/\.geo-system\/[0-9a-f]{12}\.tar/, ".geo-system/RELEASE.tar")
      .replaceAll(/\b[0-9a-f]{16}\b/g, "GENERATED")
      .replace(/\b\d+ connections open/, "N connections open")
      .replace(
        /backend has no file descriptor left: \d+ of \d+/,
        "backend has no file descriptor left: N of N",
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execa("sh", ["-c", `${this.target.ssh} -O exit`], { reject: false });
    await rm(this.#files, { recursive: true, force: true });
  }
}

function sshConfig({ address, user, keyPath }: SandboxInfo, socket: string): string {
  const lines = {
    User: user,
    IdentityFile: keyPath,
    StrictHostKeyChecking: "no",
    UserKnownHostsFile: "/dev/null",
    LogLevel: "ERROR",
    ControlMaster: "auto",
    ControlPath: socket,
    ControlPersist: "600",
  };
  return [`Host ${address}`, ...Object.entries(lines).map(([key, value]) => `  ${key} ${value}`), ""].join(
    "\n",
  );
}
