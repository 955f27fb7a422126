import { existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** Where control groups may be mounted: the two of the hybrid layout, and the one of the unified. */
const mounts = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];

/** Makes control groups for one host, empty at first. Returns their folders. */
export function makeCgroups(name: string): string[] {
  const folders = foldersOf(name);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return folders;
}

/** Removes the control groups of a host whose processes have all ended. */
export function removeCgroups(name: string): void {
  for (const folder of foldersOf(name)) if (existsSync(folder)) removeTree(folder);
}

function foldersOf(name: string): string[] {
  const hierarchies = mounts.filter((mount) => existsSync(join(mount, "cgroup.procs")));
  return hierarchies.map((mount) => join(mount, `geo-sandbox-${name}`));
}

/** The kernel does not let a group's files be deleted; they go with their folder. */
function removeTree(folder: string): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) removeTree(join(folder, entry.name));
  rmdirSync(folder);
}
