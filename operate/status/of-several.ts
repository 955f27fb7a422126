import type { Status } from "./status.ts";

/** Lines that are about one application; the others are about its host. */
const ownLines = ["release", "pm2", "instances", "websockets", "messages", "own files", "kept files"];

/**
 * The screen of a host with several applications: a row for each of them, with its release, its process and who is
 * connected, in the place of these lines.
 */
export function ofSeveral(all: readonly { name?: string | undefined; status: Status }[]): Status {
  const [first] = all;
  if (!first || first.name === undefined || all.length === 1) return first?.status ?? {};
  const rows = all.map(({ name, status }) => [`application ${name}`, rowOf(status)] as const);
  const { host = "", ...others } = first.status;
  const ofHost = Object.entries(others).filter(([line]) => !ownLines.includes(line));
  return { host, ...Object.fromEntries(rows), ...Object.fromEntries(ofHost) };
}

/** `aaaa, deployed 60 min ago; geo-api online for 60 min, 0 restarts, 40 MB; 12 WebSockets` */
const rowOf = (status: Status) =>
  ownLines.flatMap((line) => (line === "messages" ? [] : (status[line] ?? []))).join("; ");
