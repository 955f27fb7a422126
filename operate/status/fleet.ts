import Table from "cli-table3";
import type { Status } from "./status.ts";

/** A host of a fleet, and what it said; undefined where it could not be asked. */
export interface HostStatus {
  name: string;
  status?: Status | undefined;
  problem?: string | undefined;
}

const columns = ["release", "pm2", "websockets", "certificate", "last up"];

/** One table: a row a host, and how many clients all of them have. One that did not answer is a row too. */
export function fleetStatusText(hosts: readonly HostStatus[]): string {
  const table = new Table({ head: ["host", ...columns], style: { head: [], border: [] } });
  for (const { name, status, problem } of hosts)
    table.push(
      status
        ? [name, ...columns.map((column) => brief(status[column]))]
        : [name, { colSpan: columns.length, content: `did not answer: ${problem}` }],
    );
  return `${table.toString()}\n${sum(hosts)}`;
}

/** The figure before its explanation. */
const brief = (said = "-") => said.split(/; | on process|, deployed/)[0] ?? said;

function sum(hosts: readonly HostStatus[]): string {
  const names = (of: readonly HostStatus[]) => new Set(of.map(({ name }) => name.split("/")[0])).size;
  const asked = hosts.flatMap(({ status }) => (status ? [status] : []));
  const answered = hosts.filter(({ status }) => status);
  const live = asked.reduce((all, { websockets = "" }) => all + Number(/^\d+/.exec(websockets)?.[0] ?? 0), 0);
  return `${live} live connections on ${names(answered)} of ${names(hosts)} hosts`;
}
