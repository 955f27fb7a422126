import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { NameSeen } from "./observed.ts";

/** Every address of the host, IPv4 and IPv6, as the programs of this machine see them (`/etc/hosts` too). */
export async function seeName(host: string): Promise<NameSeen> {
  if (isIP(host)) return { host, addresses: [host] };
  try {
    const found = await lookup(host, { all: true });
    return { host, addresses: [...new Set(found.map(({ address }) => address))] };
  } catch (error) {
    return { host, addresses: [], code: (error as NodeJS.ErrnoException).code ?? "unknown" };
  }
}
