import { writeFileSync } from "node:fs";
import { execa } from "execa";
import { filesOf } from "./paths.ts";
import type { SandboxInfo } from "./record.ts";

/** The arguments with which `ssh` reaches a sandbox and trusts nothing but its key, whatever a user configured. */
export function sshArguments({ name, address, port, user, keyPath }: SandboxInfo): string[] {
  const options = [
    `UserKnownHostsFile=${filesOf(name).knownHosts}`,
    "GlobalKnownHostsFile=none",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "LogLevel=ERROR",
  ];
  const flags = options.flatMap((option) => ["-o", option]);
  return ["-F", "none", "-i", keyPath, ...flags, "-p", String(port), `${user}@${address}`];
}

/** Writes down the only host key that is right for a sandbox. */
export function writeKnownHosts({ name, address, hostKey }: SandboxInfo): void {
  writeFileSync(filesOf(name).knownHosts, `${address} ${hostKey}\n`);
}

/** Whether a person could log in now. Throws what ssh says where not; a host that lets it hang is no better. */
export async function login(info: SandboxInfo): Promise<void> {
  const quick = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=2"];
  await execa("ssh", [...quick, ...sshArguments(info), "true"], { stdin: "ignore", timeout: 30_000 });
}
