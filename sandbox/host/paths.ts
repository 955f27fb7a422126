import { createHash } from "node:crypto";
import { join } from "node:path";
import { packageRoot } from "../../infra/package-root.ts";

/** Everything of sandboxes, root's alone. Outside the checkout, so that a second clone finds the root file system. */
export const home = "/var/lib/geo-sandbox";

export const hostsFolder = join(home, "hosts");
export const baseFolder = join(home, "base");
export const defaultName = "sandbox";

/** A file beside this code, also where it runs from a bundle. */
export const ownFile = (name: string): string => join(packageRoot, "sandbox/host", name);

/** The folder of a sandbox: its file system, keys, and whatever else is thrown away with it. */
export function folder(name: string): string {
  return join(hostsFolder, checked(name));
}

export interface SandboxFiles {
  folder: string;
  /** The mounted root file system. */
  root: string;
  /** What the host changed since it was fresh. */
  upper: string;
  work: string;
  key: string;
  knownHosts: string;
  console: string;
  /** Reserved before anything else, so that no two sandboxes get the same. */
  address: string;
  /** Written last: a sandbox without it was never finished. */
  record: string;
}

export function filesOf(name: string): SandboxFiles {
  const at = folder(name);
  const file = (path: string) => join(at, path);
  return {
    folder: at,
    root: file("root"),
    upper: file("upper"),
    work: file("work"),
    key: file("key"),
    knownHosts: file("known_hosts"),
    console: file("console.log"),
    address: file("address"),
    record: file("info.json"),
  };
}

/** Names a folder after what makes it what it is. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

function checked(name: string): string {
  if (/^[a-z][a-z0-9-]{0,47}$/.test(name)) return name;
  throw new Error(
    `The name of a sandbox: expected a small letter, then up to 47 small letters, digits and hyphens; found "${name}".`,
  );
}
