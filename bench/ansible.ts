import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../infra/package-root.ts";
import type { SandboxInfo } from "../sandbox/host/sandbox.ts";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { pythonCommand } from "./python.ts";
import { type Job, type Tool, variables, type Wanted } from "./tool.ts";

/** Ansible with a playbook of the same job; its preview is `--check --diff`. */
export async function ansible(name: string): Promise<Tool> {
  const command = await pythonCommand("ansible-core", "2.17.7", "ansible-playbook");
  const info = await sandbox.up(name);
  return {
    name: "Ansible",
    without: ["command"],
    run: (job, wanted) => play(command, info, job, wanted),
    [Symbol.asyncDispose]: () => sandbox.down(name),
  };
}

async function play(command: string, info: SandboxInfo, job: Job, wanted: Wanted): Promise<void> {
  const options = job === "preview" ? ["--check", "--diff"] : [];
  await execa(
    command,
    [
      ...options,
      ...["--inventory", `${info.address},`, "--user", info.user, "--private-key", info.keyPath],
      ...["--ssh-common-args", `-F none -o UserKnownHostsFile=${sandbox.folder(info.name)}/known_hosts`],
      ...["--extra-vars", JSON.stringify(variables(wanted))],
      join(packageRoot, "bench/job/playbook.yml"),
    ],
    // Pipelining is what Ansible's own guide recommends for speed.
    { env: { ANSIBLE_PIPELINING: "true", ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3" } },
  );
}
