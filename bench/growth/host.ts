import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { withAgent } from "../../infra/host/agent.ts";
import { exampleBackend } from "../../infra/package-root.ts";
import { project } from "../../operate/run-pulumi.ts";
import { Crowd } from "../load/crowd.ts";
import { LoadHost } from "../load/host.ts";

/** The commands that are to cost the same on a large host. */
export const commands = ["preview", "status", "diagnose"] as const;
export type Command = (typeof commands)[number];

/** A host with its backend, which can be made larger. */
export class GrownHost implements AsyncDisposable {
  readonly #host: LoadHost;

  private constructor(host: LoadHost) {
    this.#host = host;
  }

  static async make(clients: number): Promise<GrownHost> {
    const settings = { handshake: "example" };
    return new GrownHost(await LoadHost.start({ clients, backend: exampleBackend, settings }));
  }

  /** What an operator types, without npm. */
  async does(command: Command): Promise<void> {
    const { stack, environment, keyPaths } = this.#host.stack;
    const run = () =>
      execa(process.execPath, ["operate/run.mjs", command, "--stack", stack], {
        cwd: project,
        env: { ...environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK },
        // Something to warn of is no failure of the command.
        reject: command === "preview",
      });
    await withAgent(keyPaths, run);
  }

  /** See bench/job/growth.sh. */
  async grow(what: string, count: number): Promise<void> {
    await this.#host.run(await readFile(join(project, "bench/job/growth.sh"), "utf8"), what, String(count));
  }

  /** Releases so many files more. */
  async withFiles(count: number, work: () => Promise<void>): Promise<void> {
    const folder = join(this.#host.folder, "assets");
    for (let file = 0; file < count; file++) {
      const part = join(folder, String(Math.floor(file / 1000)));
      if (file % 1000 === 0) await mkdir(part, { recursive: true });
      await writeFile(join(part, `${file}.txt`), `${file}\n`);
    }
    await this.#host.up();
    await work();
    await rm(folder, { recursive: true });
    await this.#host.up();
  }

  async underClients(count: number, work: () => Promise<void>): Promise<void> {
    const { testUrl } = await this.#host.outputs();
    using crowd = await Crowd.connect(await this.#host.ways(count), { url: testUrl, count });
    const { connected } = await crowd.whole(60_000);
    if (connected < count) throw new Error(`expected ${count} clients, found ${connected}`);
    await work();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }
}
