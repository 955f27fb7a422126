import { BlockList, isIP, isIPv6 } from "node:net";

/** Addresses that lead to no host on the Internet, by what they are for (IANA's special-purpose registries). */
const special: readonly (readonly [use: string, networks: readonly string[]])[] = [
  ["a private address", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
  ["a loopback address", ["127.0.0.0/8", "::1/128"]],
  ["a link-local address", ["169.254.0.0/16", "fe80::/10"]],
  ["an address of a provider's own network", ["100.64.0.0/10"]],
  [
    "an address for documentation",
    ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"],
  ],
  ["an address for measurements", ["198.18.0.0/15", "2001:2::/48"]],
  ["no address of a host", ["0.0.0.0/8", "224.0.0.0/3", "::/128", "ff00::/8"]],
];

/** Top-level names that no public registry hands out (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const specialNames = /(^|\.)(localhost|local|internal|test|example|invalid|onion|home\.arpa)$/i;

/**
 * Why no public CA certifies this name or address; undefined where one may.
 *
 * @example whyNotPublic("10.0.0.5") // "it is a private address"
 */
export function whyNotPublic(name: string): string | undefined {
  if (isIP(name)) {
    const use = special.find(([, networks]) => listOf(networks).check(name, isIPv6(name) ? "ipv6" : "ipv4"));
    return use && `it is ${use[0]}`;
  }
  if (!name.includes(".")) return "it is no full name";
  return specialNames.test(name) ? "it is no name of the public DNS" : undefined;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix = ""] = network.split("/");
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}
