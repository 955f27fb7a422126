import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../infra/package-root.ts";
import type { SandboxInfo } from "../sandbox/host/sandbox.ts";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { versions } from "./floor.ts";
import type { Job, Tool, Wanted } from "./tool.ts";

const version = "2.17.7";
const folder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "geo-system",
  `ansible-${version}`,
);

/** Ansible with a playbook of the same job; its preview is `--check --diff`. */
export async function ansible(name: string): Promise<Tool> {
  await install();
  const info = await sandbox.up(name);
  return {
    name: "Ansible",
    without: [],
    run: (job, wanted) => play(info, job, wanted),
    [Symbol.asyncDispose]: () => sandbox.down(name),
  };
}

/** A pinned one in a folder of its own, once; it is no part of any measured time. */
async function install(): Promise<void> {
  if (existsSync(join(folder, "bin/ansible-playbook"))) return;
  await execa("python3", ["-m", "venv", folder]);
  await execa(join(folder, "bin/pip"), ["install", "--quiet", `ansible-core==${version}`]);
}

async function play(info: SandboxInfo, job: Job, { readTimeout, backendSource }: Wanted): Promise<void> {
  const variables = {
    ...versions,
    timeout: readTimeout,
    source: backendSource,
    secret: "bench-secret-of-32-characters-xx",
  };
  const options = job === "preview" ? ["--check", "--diff"] : [];
  await execa(
    join(folder, "bin/ansible-playbook"),
    [
      ...options,
      ...["--inventory", `${info.address},`, "--user", info.user, "--private-key", info.keyPath],
      ...["--ssh-common-args", `-F none -o UserKnownHostsFile=${sandbox.folder(info.name)}/known_hosts`],
      ...["--extra-vars", JSON.stringify(variables)],
      join(packageRoot, "bench/ansible/playbook.yml"),
    ],
    // Pipelining is what Ansible's own guide recommends for speed.
    { env: { ANSIBLE_PIPELINING: "true", ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3" } },
  );
}
