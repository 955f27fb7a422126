import Table from "cli-table3";
import type { SshSession } from "../../infra/host/ssh.ts";

/** A release on the host. */
export interface Release {
  name: string;
  /** When it last came into use, ISO 8601 in UTC. */
  since: string;
  running: boolean;
}

/** The releases of a step on the host, the one that came into use last first. */
export async function listReleases(session: SshSession, step: string): Promise<Release[]> {
  const { stdout, stderr, code } = await session.exec(`sudo geo-system ${step} releases`);
  if (code !== 0)
    throw new Error(`${stderr.trim() || "the host has no command geo-system"}\n  next: pulumi up`);
  return parseReleases(stdout);
}

/** @example parseReleases("0123456789ab\t2026-11-25T03:24:00Z\trunning\nunchanged\n") */
export function parseReleases(text: string): Release[] {
  return text.split("\n").flatMap((line) => {
    const [name, since, state] = line.split("\t");
    return name && since && state ? [{ name, since, running: state === "running" }] : [];
  });
}

/** Plain, so that it reads the same in a log. */
export function releaseTable(releases: readonly Release[]): string {
  const table = new Table({ head: ["release", "in use since", ""], style: { head: [], border: [] } });
  for (const { name, since, running } of releases)
    table.push([name, since.replace("T", " ").replace("Z", " UTC"), running ? "runs now" : ""]);
  return table.toString();
}
