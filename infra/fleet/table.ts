import type { HostPlan } from "../preview/host-plan.ts";
import { liveConnections } from "./live.ts";

/** A host as the table shows it. */
export interface FleetRow extends Pick<HostPlan, "silence" | "steps" | "facts"> {
  name: string;
}

/**
 * One table of all hosts before a run: what becomes of each step, how many clients are connected, and whom it reaches. A
 * host that did not answer is one row.
 */
export function fleetTable(hosts: readonly FleetRow[]): string {
  const steps = [...new Set(hosts.flatMap((host) => Object.keys(host.steps)))];
  const head = ["host", ...steps, "live", "reach"];
  const lines = [head, ...hosts.map((host) => cells(host, steps))];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  const rows = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [summary(hosts), ...rows].join("\n");
}

function cells({ name, silence, steps: known, facts }: FleetRow, steps: readonly string[]): string[] {
  if (silence !== undefined) return [name, ...steps.map(() => "?"), "?", "did not answer"];
  const needed = steps.flatMap((step) => (known[step]?.needed ? [known[step].reach] : []));
  const reach = [...new Set(needed)].filter((text) => text !== "nothing");
  return [name, ...steps.map((step) => word(known[step])), String(liveConnections(facts)), reach.join("; ")];
}

function word(step: HostPlan["steps"][string] | undefined): string {
  if (!step?.needed) return "-";
  if (step.first) return "create";
  return step.drifted ? "repair" : "update";
}

function summary(hosts: readonly FleetRow[]): string {
  const live = hosts.reduce((sum, { facts }) => sum + (liveConnections(facts) ?? 0), 0);
  const silent = hosts.filter(({ silence }) => silence !== undefined).length;
  const counted = `${live} live connection${live === 1 ? "" : "s"}`;
  return `${hosts.length} host${hosts.length === 1 ? "" : "s"}, ${counted}${silent > 0 ? `; ${silent} did not answer` : ""}`;
}
