import Table from "cli-table3";
import type { Diagnosis } from "./judge.ts";
import { diagnosisJson, exitCode } from "./report.ts";

/** A host of a fleet, and what was found on it and on the path to it. */
export interface HostDiagnosis {
  name: string;
  diagnosis: Diagnosis;
}

/** One table of all hosts, and the first cause over all: a host that is down before one that could not be asked. */
export function fleetDiagnosisText(hosts: readonly HostDiagnosis[]): string {
  const table = new Table({ head: ["host", "", "at", "cause"], style: { head: [], border: [] } });
  for (const { name, diagnosis } of hosts)
    table.push([name, word(diagnosis), diagnosis.verdict?.hop ?? "", diagnosis.verdict?.cause ?? ""]);
  return `${table.toString()}\n${firstCause(hosts)}`;
}

function word({ healthy, known, verdict }: Diagnosis): string {
  if (!known) return "unknown";
  if (!healthy) return "BROKEN";
  return verdict ? "warning" : "healthy";
}

/** `b: nginx is stopped; 2 of 3 hosts serve` */
function firstCause(hosts: readonly HostDiagnosis[]): string {
  const well = hosts.filter(({ diagnosis: { healthy, known } }) => healthy && known).length;
  const serve = `${well} of ${hosts.length} hosts serve`;
  const order = ["BROKEN", "unknown", "warning"];
  const rank = ({ diagnosis }: HostDiagnosis) => order.indexOf(word(diagnosis));
  const [first] = hosts.filter((host) => rank(host) >= 0).toSorted((one, other) => rank(one) - rank(other));
  if (!first?.diagnosis.verdict) return `Healthy: ${serve}. Worry: no.`;
  const { hop, cause } = first.diagnosis.verdict;
  return [
    `${first.name}: ${hop}: ${cause}; ${serve}`,
    `  worry: ${worry(well, hosts.length)}`,
    `  next: npm run diagnose -- --component ${first.name}`,
  ].join("\n");
}

/** By what users feel: a fleet of which one host serves still takes them. */
function worry(well: number, all: number): string {
  if (well === 0) return "Yes: no host serves.";
  if (well === all) return "No: every host serves.";
  return "Some: clients of the hosts that do not serve must find another one.";
}

/** One object by host, with what one host alone prints of itself. */
export function fleetDiagnosisJson(hosts: readonly HostDiagnosis[]): string {
  const all = hosts.map(({ name, diagnosis }) => [name, JSON.parse(diagnosisJson(diagnosis)) as unknown]);
  return JSON.stringify(Object.fromEntries(all), null, 2);
}

/** Broken where one host is; else not known where one is not. */
export function fleetExitCode(hosts: readonly HostDiagnosis[]): 0 | 1 | 2 {
  const codes = hosts.map(({ diagnosis }) => exitCode(diagnosis));
  if (codes.includes(1)) return 1;
  return codes.includes(2) ? 2 : 0;
}
