import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../infra/package-root.ts";
import { packRelease } from "../infra/render/release.ts";
import type { SandboxInfo } from "../sandbox/host/sandbox.ts";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { sshArguments } from "../sandbox/host/ssh.ts";
import { secret, type Tool, versions, type Wanted } from "./tool.ts";

/** The floor: one plain script over one `ssh`. */
export async function floor(name: string): Promise<Tool> {
  const info = await sandbox.up(name);
  return {
    name: "plain script",
    without: ["command", "preview"],
    run: (_job, wanted) => runScript(info, wanted),
    [Symbol.asyncDispose]: () => sandbox.down(name),
  };
}

async function runScript(info: SandboxInfo, { readTimeout, backendSource }: Wanted): Promise<void> {
  const script = await readFile(join(packageRoot, "bench/job/script.sh"), "utf8");
  const archive = await readFile((await packRelease({ backendSource })).archivePath, "base64");
  const words = [String(readTimeout), secret, versions.node, versions.npm, versions.pm2, info.address];
  await execa("ssh", [...sshArguments(info), `sudo bash -s -- ${words.join(" ")}`], {
    input: `${script}${archive}\n`,
  });
}
