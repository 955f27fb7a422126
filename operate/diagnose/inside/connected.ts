import type { SshSession } from "../../../infra/host/ssh.ts";

/** How many established TCP connections a local port has. */
export interface Connected {
  port: number;
  count: number;
}

/** Asked before a client of ours connects, which would be counted with the users. Undefined where the host has no `ss`. */
export async function seeConnected(session: SshSession): Promise<Connected[] | undefined> {
  const { stdout, code } = await session.exec("ss -Htn state established");
  if (code !== 0) return undefined;
  const counts = new Map<number, number>();
  for (const line of stdout.split("\n")) {
    const port = Number(/:(\d+)$/.exec(line.trim().split(/\s+/)[2] ?? "")?.[1]);
    if (port) counts.set(port, (counts.get(port) ?? 0) + 1);
  }
  return [...counts].map(([port, count]) => ({ port, count }));
}
