import { existsSync, readdirSync } from "node:fs";
import { execa } from "execa";
import { hardwareAddress, hasIpv6, ipv6Of } from "./addresses.ts";
import { lock } from "./lock.ts";
import { bridge } from "./network.ts";
import { kill } from "./processes.ts";
import type { SandboxInfo } from "./record.ts";

/** A network namespace beside a sandbox: from here the host is seen as the world sees it. */
export interface SecondMachine {
  namespace: string;
  /** IPv4. */
  address: string;
}

/** Above the numbers of the sandboxes. The namespace's name says which number is taken. */
const numbers = Array.from({ length: 50 }, (_, i) => 205 + i);

/** Where `ip netns` keeps the names. */
const namespaces = "/run/netns";

/** Puts a second machine into the network of a sandbox. It goes at the latest with its sandbox. */
export async function addSecondMachine(sandbox: SandboxInfo): Promise<SecondMachine> {
  await using _ = await lock("network", "the network of the sandboxes");
  const number = freeNumber();
  const withNumber = (last: number) => sandbox.address.replace(/\d+$/, String(last));
  const machine = { namespace: `${prefix(sandbox.name)}${number}`, address: withNumber(number) };
  await execa("ip", ["netns", "add", machine.namespace]);
  await plugIn(machine, cableOf(machine.namespace), withNumber(1));
  return machine;
}

/** Ends what runs on a second machine, and takes it away. */
export async function removeSecondMachine(namespace: string): Promise<void> {
  const { stdout } = await execa("ip", ["netns", "pids", namespace]);
  stdout.split("\n").filter(Boolean).map(Number).forEach(kill);
  // The kernel takes a namespace with many sockets apart in its own time, and the next machine wants a cable of this name.
  await execa("ip", ["link", "delete", cableOf(namespace)], { reject: false }); // it may never have been plugged in
  await execa("ip", ["netns", "delete", namespace]);
}

/** Takes away all second machines of a sandbox. */
export async function removeSecondMachines(sandbox: string): Promise<void> {
  const own = names().filter((name) => new RegExp(`^${prefix(sandbox)}\\d+$`).test(name));
  for (const namespace of own) await removeSecondMachine(namespace);
}

async function plugIn({ namespace, address }: SecondMachine, cable: string, gateway: string): Promise<void> {
  const inside = (...args: string[]) => execa("ip", ["-n", namespace, ...args]);
  const end = ["name", "eth0", "address", hardwareAddress(address), "netns", namespace];
  await execa("ip", ["link", "add", cable, "type", "veth", "peer", ...end]);
  await execa("ip", ["link", "set", cable, "master", bridge, "up"]);
  await inside("address", "add", `${address}/24`, "dev", "eth0");
  if (hasIpv6()) await inside("address", "add", `${ipv6Of(address)}/64`, "dev", "eth0", "nodad");
  await inside("link", "set", "lo", "up");
  await inside("link", "set", "eth0", "up");
  await inside("route", "add", "default", "via", gateway);
}

/** The outer end of its cable, by the number of the machine. */
export const cableOf = (namespace: string) => `geo-second-${namespace.split(".").at(-1)}`;

function freeNumber(): number {
  const taken = new Set(names().map((name) => Number(name.split(".").at(-1))));
  const free = numbers.find((number) => !taken.has(number));
  if (free !== undefined) return free;
  throw new Error(`All ${numbers.length} second machines are in use: ip netns list`);
}

function prefix(sandbox: string): string {
  return `geo-sandbox.${sandbox}.`;
}

function names(): string[] {
  return existsSync(namespaces) ? readdirSync(namespaces) : [];
}
