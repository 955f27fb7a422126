import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { MachineFile } from "./machine-files.ts";

/** Where Python packages come from on this machine, for root inside. */
export function pipFiles(environment: NodeJS.ProcessEnv = process.env): MachineFile[] {
  const index = environment.PIP_INDEX_URL ?? configuredIndex();
  if (!index) return [];
  // It may hold a password.
  return [{ path: "/root/.config/pip/pip.conf", text: `[global]\nindex-url = ${index}\n`, mode: 0o600 }];
}

/** As pip ranks its files: the user's before the machine's. */
function configuredIndex(): string | undefined {
  const files = [join(homedir(), ".config/pip/pip.conf"), join(homedir(), ".pip/pip.conf"), "/etc/pip.conf"];
  const found = files
    .filter(existsSync)
    .map((path) => /^\s*index-url\s*[=:]\s*(\S+)/m.exec(readFileSync(path, "utf8"))?.[1]);
  return found.find((url) => url !== undefined);
}
