import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { packageRoot } from "../../../../infra/package-root.ts";
import { onPath } from "../../../../sandbox/toolchain/on-path.ts";

export const fakes = fileURLToPath(new URL("../fakes", import.meta.url));

/** What any machine has; everything else a test puts there. */
const tools = ["sh", "cat", "cp", "mkdir", "chmod", "basename", "ln", "rm"];

/** A machine with an empty home, and on its PATH only what a test puts there. */
export async function startMachine(): Promise<Machine> {
  const home = await mkdtemp(join(tmpdir(), "geo-system-machine-"));
  const bin = join(home, "bin");
  await mkdir(bin);
  await symlink(process.execPath, join(bin, "node"));
  for (const tool of tools) await symlink(onPath(tool) ?? "", join(bin, tool));
  return new Machine(home, bin);
}

export class Machine implements AsyncDisposable {
  readonly home: string;
  readonly bin: string;

  constructor(home: string, bin: string) {
    this.home = home;
    this.bin = bin;
  }

  get pulumiHome(): string {
    return join(this.home, ".pulumi");
  }

  /** Puts one of the fakes on the PATH, or anywhere else. */
  async install(fake: string, place = join(this.bin, fake)): Promise<this> {
    await rm(place, { force: true });
    await copyFile(join(fakes, fake), place);
    return this;
  }

  setup(args: readonly string[] = [], env: Record<string, string> = {}, checkout = packageRoot) {
    return execa(process.execPath, [join(checkout, "sandbox/toolchain/setup.mjs"), ...args], {
      env: {
        HOME: this.home,
        PULUMI_HOME: this.pulumiHome,
        PATH: this.bin,
        GOROOT: this.home,
        FAKES: fakes,
        NO_COLOR: "1",
        ...env,
      },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  has(path: string): boolean {
    return existsSync(join(this.home, path));
  }

  read(path: string): Promise<string> {
    return readFile(join(this.home, path), "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}
