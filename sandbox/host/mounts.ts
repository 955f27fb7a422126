import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import pRetry from "p-retry";

/** Whether something is mounted at exactly this path. */
export function isMounted(path: string): boolean {
  return mountPoints().includes(path);
}

/** Takes away what is mounted at a path and below, the innermost first. */
export async function unmountBelow(path: string): Promise<void> {
  const points = mountPoints().filter((point) => point === path || point.startsWith(`${path}/`));
  for (const point of points.reverse()) {
    // A process that was just killed may hold the mount for some milliseconds more.
    await pRetry(() => execa("umount", [point]), { retries: 20, minTimeout: 100, factor: 1 });
  }
}

/** Mounts layers, the uppermost first, with a folder above them that takes the changes. */
export async function mountOverlay(at: {
  layers: readonly string[];
  upper: string;
  work: string;
  root: string;
}): Promise<void> {
  const options = `lowerdir=${at.layers.join(":")},upperdir=${at.upper},workdir=${at.work}`;
  await execa("mount", ["-t", "overlay", "overlay", "-o", options, at.root]);
}

/** Removes a folder, and never what is mounted from elsewhere inside it. */
export async function removeFolder(path: string): Promise<void> {
  if (!existsSync(path)) return;
  await unmountBelow(path);
  await execa("rm", ["-rf", "--one-file-system", path]);
}

function mountPoints(): string[] {
  const lines = readFileSync("/proc/self/mounts", "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(" ")[1] ?? "").map(unescapeOctal);
}

/** The kernel writes a space in a path as `\040`. */
function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
