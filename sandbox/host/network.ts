import { writeFileSync } from "node:fs";
import { execa } from "execa";
import { hasIpv6, ipv6Of } from "./addresses.ts";
import { ipv4Addresses, linkExists } from "./links.ts";

export const bridge = "geo-sandbox";
const chain = "GEO-SANDBOX";
/** The built-in chains that lead into ours, by table. */
const parents = { nat: "POSTROUTING", filter: "FORWARD" } as const;

/** Makes the bridge and its rules, or mends what is left of them. `subnet` is e.g. `198.18.0`. Hold the lock. */
export async function ensureNetwork(subnet: string): Promise<void> {
  await addBridge(subnet);
  // Not taken back by the last `down`: another program may have come to rely on it meanwhile.
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
  await execa("iptables-restore", ["--wait", "--noflush"], { input: rules(`${subnet}.0/24`) });
  for (const [table, parent] of Object.entries(parents)) {
    if (!(await leads(table, parent))) await iptables(table, "-I", parent, "-j", chain);
  }
}

/** Removes the bridge and its rules, as far as they are there. Hold the lock. */
export async function removeNetwork(): Promise<void> {
  for (const [table, parent] of Object.entries(parents)) {
    while (await leads(table, parent)) await iptables(table, "-D", parent, "-j", chain);
    if (await works(table, "-n", "-L", chain)) {
      await iptables(table, "-F", chain);
      await iptables(table, "-X", chain);
    }
  }
  if (await linkExists(bridge)) await execa("ip", ["link", "delete", bridge]);
}

/** The first three numbers of the network: those in use, else the first that this machine does not know. */
export async function chooseSubnet(reserved: readonly string[]): Promise<string> {
  const addresses = await ipv4Addresses();
  const known = addresses.find(({ link }) => link === bridge)?.address ?? reserved[0];
  if (known) return known.split(".").slice(0, 3).join(".");
  const isUsed = (subnet: string) => addresses.some(({ address }) => address.startsWith(`${subnet}.`));
  const free = Array.from({ length: 256 }, (_, x) => `198.18.${x}`).find((subnet) => !isUsed(subnet));
  if (free) return free;
  throw new Error("The sandbox needs one free network in 198.18.0.0/16, and this machine uses all of them.");
}

async function addBridge(subnet: string): Promise<void> {
  if (!(await linkExists(bridge))) await execa("ip", ["link", "add", bridge, "type", "bridge"]);
  await execa("ip", ["address", "replace", `${subnet}.1/24`, "dev", bridge]);
  // A machine without IPv6 has sandboxes without it.
  if (hasIpv6())
    await execa("ip", ["address", "replace", `${ipv6Of(`${subnet}.1`)}/64`, "dev", bridge, "nodad"]);
  await execa("ip", ["link", "set", bridge, "up"]);
}

/** Forwarding is allowed by name because machines with containers of their own deny it by default. */
function rules(network: string): string {
  return [
    "*nat",
    `:${chain} - [0:0]`,
    `-A ${chain} -s ${network} ! -d ${network} -j MASQUERADE`,
    "COMMIT",
    "*filter",
    `:${chain} - [0:0]`,
    `-A ${chain} -i ${bridge} -j ACCEPT`,
    `-A ${chain} -o ${bridge} -j ACCEPT`,
    "COMMIT",
    "",
  ].join("\n");
}

function leads(table: string, parent: string): Promise<boolean> {
  return works(table, "-C", parent, "-j", chain);
}

async function works(table: string, ...args: string[]): Promise<boolean> {
  const { exitCode } = await execa("iptables", ["--wait", "-t", table, ...args], { reject: false });
  return exitCode === 0;
}

async function iptables(table: string, ...args: string[]): Promise<void> {
  await execa("iptables", ["--wait", "-t", table, ...args]);
}
