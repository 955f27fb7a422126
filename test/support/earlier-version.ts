import { copyFile, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../infra/package-root.ts";

/** Whether this clone has the commit of that version: a shallow one has its newest commits alone. */
export async function hasVersion(commit: string): Promise<boolean> {
  const { exitCode } = await execa("git", ["cat-file", "-e", `${commit}^{commit}`], {
    ...{ cwd: packageRoot, reject: false },
  });
  return exitCode === 0;
}

/** An earlier version of this package as it was in git, with the libraries of this one. Goes away with its folder. */
export class EarlierVersion implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async unpack(commit: string, folder: string): Promise<EarlierVersion> {
    await mkdir(folder, { recursive: true });
    const archive = join(folder, "version.tar");
    await execa("git", ["archive", "--output", archive, commit], { cwd: packageRoot });
    await execa("tar", ["--extract", "--file", archive, "--directory", folder]);
    for (const modules of ["node_modules", "examples/geo-backend/node_modules"])
      await symlink(join(packageRoot, modules), join(folder, modules));
    return new EarlierVersion(folder);
  }

  /** Runs the CLI on its program, with the configuration that the stack has in this checkout. */
  async pulumi(stack: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
    const settings = `Pulumi.${stack}.yaml`;
    await copyFile(join(packageRoot, settings), join(this.folder, settings));
    const options = { cwd: this.folder, env, all: true } as const;
    return (await execa("pulumi", [...args, "--color=never", "--non-interactive"], options)).all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
