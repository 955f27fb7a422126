import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../infra/package-root.ts";
import type { SandboxInfo } from "../sandbox/host/sandbox.ts";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { pythonCommand } from "./python.ts";
import { type Job, type Tool, variables, type Wanted } from "./tool.ts";

/** pyinfra with a deploy of the same job; its preview is `--dry --diff`. */
export async function pyinfra(name: string): Promise<Tool> {
  const command = await pythonCommand("pyinfra", "3.10.0", "pyinfra");
  const info = await sandbox.up(name);
  return {
    name: "pyinfra",
    without: ["command"],
    run: (job, wanted) => deploy(command, info, job, wanted),
    [Symbol.asyncDispose]: () => sandbox.down(name),
  };
}

async function deploy(command: string, info: SandboxInfo, job: Job, wanted: Wanted): Promise<void> {
  const options = job === "preview" ? ["--dry", "--diff"] : ["--yes"];
  const data = {
    ...variables(wanted),
    ssh_user: info.user,
    ssh_key: info.keyPath,
    ssh_known_hosts_file: join(sandbox.folder(info.name), "known_hosts"),
  };
  const assignments = Object.entries(data).flatMap(([key, value]) => ["--data", `${key}=${value}`]);
  await execa(command, [...options, ...assignments, info.address, "deploy.py"], {
    cwd: join(packageRoot, "bench/job"),
  });
}
