import * as sandbox from "../sandbox/host/sandbox.ts";
import { sandboxOfHost } from "./sandbox-names.ts";
import { type HostEntry, hostsIn } from "./stack.ts";

const names = [..."abcdefghij"];

/**
 * The hosts that the fleet of a sandbox stack shall have, each with its sandbox started and its present address.
 *
 * @param wanted how many of them; undefined: those that the stack has
 * @returns undefined where the stack is one of a single host
 */
export async function sandboxFleet(
  stack: string,
  config: Record<string, unknown>,
  wanted: number | undefined,
): Promise<{ hosts: HostEntry[]; keyPaths: string[] } | undefined> {
  const before = hostsIn(config);
  const entries =
    wanted === undefined
      ? before
      : names.slice(0, wanted).map((name) => before?.find((one) => one.name === name) ?? { name });
  if (!entries) return undefined;
  const hosts: HostEntry[] = [];
  for (const entry of entries) {
    const ours = typeof entry.name === "string" && names.includes(entry.name);
    if (!ours) throw new Error(notOurs(entry));
    const info = await sandbox.up(sandboxOfHost(stack, entry.name as string));
    hosts.push({ ...entry, host: info.address, port: info.port, user: info.user, hostKey: info.hostKey });
  }
  return { hosts, keyPaths: keyPaths(stack) };
}

/** Also those of hosts that the stack is about to drop: they are logged in to one last time. */
function keyPaths(stack: string): string[] {
  return names.flatMap((name) => sandbox.info(sandboxOfHost(stack, name))?.keyPath ?? []);
}

const notOurs = ({ name }: HostEntry) =>
  `hosts: expected names from ${names[0]} to ${names.at(-1)} in the stack of a sandbox, each with a sandbox of its own, found ${JSON.stringify(name) ?? "none"}\n` +
  "  next: npm run up -- --fleet 3, or a stack with another name for hosts of your own";
