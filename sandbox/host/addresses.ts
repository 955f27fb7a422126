import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, folder, hostsFolder } from "./paths.ts";

/** The names of all sandboxes that exist, running or not, finished or not. */
export function sandboxNames(): string[] {
  return existsSync(hostsFolder) ? readdirSync(hostsFolder).sort() : [];
}

/** The addresses that sandboxes hold. */
export function reservedAddresses(): string[] {
  return sandboxNames().flatMap((name) => addressOf(name) ?? []);
}

export function addressOf(name: string): string | undefined {
  const { address } = filesOf(name);
  return existsSync(address) ? readFileSync(address, "utf8").trim() : undefined;
}

/** Takes an address for a sandbox: what it had, else a free one. Hold the network's lock. */
export function reserveAddress(name: string, subnet: string): string {
  const address = addressOf(name) ?? `${subnet}.${freeNumber(name, reservedAddresses())}`;
  mkdirSync(folder(name), { recursive: true, mode: 0o700 });
  writeFileSync(filesOf(name).address, `${address}\n`);
  return address;
}

/**
 * The number in the network follows from the name: the same sandbox comes back at the same address, so an open
 * page still finds it.
 */
export function freeNumber(name: string, taken: readonly string[]): number {
  const [first, count] = [10, 190];
  const start = createHash("sha256").update(name).digest().readUInt16BE(0) % count;
  const used = new Set(taken.map((address) => Number(address.split(".")[3])));
  const numbers = Array.from({ length: count }, (_, i) => first + ((start + i) % count));
  const free = numbers.find((number) => !used.has(number));
  if (free !== undefined) return free;
  throw new Error(`All ${count} addresses are taken; throw a sandbox away: npm run sandbox -- list`);
}

/**
 * The IPv6 address follows from the IPv4 one, in a unique local network (RFC 4193) of the sandboxes' own.
 *
 * @example ipv6Of("198.18.0.42") // "fd73:6765:6f00::42"
 */
export function ipv6Of(address: string): string {
  const [, , net, last] = address.split(".");
  return net === "0" ? `fd73:6765:6f00::${last}` : `fd73:6765:6f00:${net}::${last}`;
}

/** Not where the kernel has none, nor where it is switched off, as in a container of Docker's: no link takes an address then. */
export function hasIpv6(proc = "/proc"): boolean {
  const off = join(proc, "sys/net/ipv6/conf/default/disable_ipv6");
  return (
    existsSync(join(proc, "net/if_inet6")) && !(existsSync(off) && readFileSync(off, "utf8").trim() === "1")
  );
}

/** The hardware address follows from the other one: what a neighbour remembers of an earlier host stays right. */
export function hardwareAddress(address: string): string {
  const bytes = address.split(".").map((number) => Number(number).toString(16).padStart(2, "0"));
  return ["02", "00", ...bytes].join(":"); // 02: locally administered.
}
