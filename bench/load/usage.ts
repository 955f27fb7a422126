import { readFileSync } from "node:fs";
import type { LoadHost } from "./host.ts";

/** KiB of memory, and seconds of processor. */
export type Usage = Record<"nginx" | "backend" | "kernel" | "cpu", number>;

const script = readFileSync(new URL("usage.sh", import.meta.url), "utf8");

/** What nginx and the backend use now. The kernel's memory is the machine's, clients included. */
export async function usageOf(host: LoadHost): Promise<Usage> {
  const lines = (await host.run(script)).split("\n").map((line) => line.split(" "));
  const told = Object.fromEntries(lines.map(([name, value]) => [name, Number(value)]));
  return { ...told, kernel: kernel() } as Usage;
}

/** KiB that the kernel cannot give back, and the files of sockets, which it counts among what it can. */
function kernel(): number {
  const fixed = /^SUnreclaim:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  const [, files, bytes] =
    /^sock_inode_cache\s+(\d+)\s+\d+\s+(\d+)/m.exec(readFileSync("/proc/slabinfo", "utf8")) ?? [];
  return Number(fixed) + (Number(files) * Number(bytes)) / 1024;
}

/**
 * KiB of each connection. Of four sockets of a connection one is the client's, which is another machine in real life.
 */
export function perConnection(before: Usage, after: Usage, connections: number) {
  const grown = (of: keyof Usage) => (after[of] - before[of]) / connections;
  return { nginx: grown("nginx"), backend: grown("backend"), kernel: (grown("kernel") * 3) / 4 };
}
