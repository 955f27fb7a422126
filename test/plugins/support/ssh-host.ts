import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureSystemPackages } from "../../../sandbox/toolchain/system-packages.ts";

/** A host to log in to: an sshd of our own on loopback, with two host keys, a user key and an agent. */
export class SshHost implements AsyncDisposable {
  readonly user = userInfo().username;
  readonly folder: string;
  readonly port: number;
  readonly #processes: ChildProcess[] = [];

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** `acceptEnv`: names of variables that the host takes from its clients. */
  static async start({ acceptEnv = "" } = {}): Promise<SshHost> {
    await ensureSystemPackages(["openssh-server", "openssh-client"], "the tests of the plug-ins");
    const host = new SshHost(await mkdtemp(join(tmpdir(), "ssh-host-")), await freePort());
    for (const [name, type] of Object.entries({
      ed25519: "ed25519",
      rsa: "rsa",
      user: "ed25519",
      other: "ed25519",
    })) {
      execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", name, "-f", host.path(name)]);
    }
    await writeFile(host.path("sshd_config"), host.#config(acceptEnv));
    await host.#startSshd();
    await host.#startAgent();
    return host;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), "utf8");
  }

  get agent(): string {
    return this.path("agent");
  }

  #config(acceptEnv: string): string {
    const lines = [
      `Port ${this.port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${this.path("ed25519")}`,
      `HostKey ${this.path("rsa")}`,
      "PidFile none",
      `AuthorizedKeysFile ${this.path("user.pub")}`,
      // The folder lies in a place that others can write to.
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "Subsystem sftp internal-sftp",
      ...(acceptEnv ? [`AcceptEnv ${acceptEnv}`] : []),
    ];
    return `${lines.join("\n")}\n`;
  }

  async #startSshd(): Promise<void> {
    // As root sshd wants this folder; elsewhere the package's service makes it.
    if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
    const child = this.#start(sshd, ["-D", "-e", "-f", this.path("sshd_config")]);
    await lineMatching(child, /^Server listening on/);
  }

  async #startAgent(): Promise<void> {
    const child = this.#start("ssh-agent", ["-D", "-a", this.agent]);
    await lineMatching(child, /SSH_AUTH_SOCK/);
    const env = { ...process.env, SSH_AUTH_SOCK: this.agent };
    execFileSync("ssh-add", ["-q", this.path("user")], { env });
  }

  #start(command: string, args: string[]): ChildProcess {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#processes.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes.filter(({ exitCode }) => exitCode === null)) {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    }
    await rm(this.folder, { recursive: true });
  }
}

// Where Debian and its like have it; sshd starts itself again for each connection and wants its full path.
const sshd = "/usr/sbin/sshd";

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

async function lineMatching(child: ChildProcess, expected: RegExp): Promise<void> {
  const said: string[] = [];
  const found = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on("line", (line) => {
        said.push(line);
        if (expected.test(line)) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`${child.spawnfile} ended early:\n${said.join("\n")}`)));
    child.once("error", reject);
  });
  await found;
}
