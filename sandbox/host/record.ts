import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { filesOf } from "./paths.ts";

/** How to reach a sandbox. */
export interface SandboxInfo {
  name: string;
  /** IPv4, reachable from this machine and from other sandboxes. */
  address: string;
  port: number;
  user: string;
  /** The private key of the user, without a passphrase. */
  keyPath: string;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
}

/** What is kept of a sandbox while it exists. */
export interface SandboxRecord extends SandboxInfo {
  /** The read-only folders that its file system stands on, the uppermost first. */
  layers: string[];
}

export function readRecord(name: string): SandboxRecord | undefined {
  const { record } = filesOf(name);
  return existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : undefined;
}

export function writeRecord(record: SandboxRecord): void {
  writeFileSync(filesOf(record.name).record, `${JSON.stringify(record, null, 2)}\n`);
}

export function infoOf({ layers: _, ...info }: SandboxRecord): SandboxInfo {
  return info;
}
