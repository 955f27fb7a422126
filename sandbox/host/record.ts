import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { System } from "./distribution.ts";
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
  /** Such as `ubuntu-24.04`; undefined for one made before sandboxes were of several systems. */
  system?: System;
}

/** What is kept of a sandbox while it exists. */
export interface SandboxRecord extends SandboxInfo {
  /** The read-only folders that its file system stands on, the uppermost first. */
  layers: string[];
}

/** What is kept of a sandbox; undefined where it was never finished, as one is whose record cannot be read. */
export function readRecord(name: string): SandboxRecord | undefined {
  const { record } = filesOf(name);
  return existsSync(record) ? parsed(readFileSync(record, "utf8")) : undefined;
}

function parsed(text: string): SandboxRecord | undefined {
  try {
    const record = JSON.parse(text) as SandboxRecord | null;
    return Array.isArray(record?.layers) ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** In one move: whoever reads meanwhile, or after a crash, finds the whole record or none. */
export function writeRecord(record: SandboxRecord): void {
  const file = filesOf(record.name).record;
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { flush: true });
  renameSync(`${file}.new`, file);
}

export function infoOf({ layers: _, ...info }: SandboxRecord): SandboxInfo {
  return info;
}
