import { execa } from "execa";

export interface LinkAddress {
  link: string;
  /** E.g. `198.18.0.1`. */
  address: string;
}

interface IpLink {
  ifname: string;
  addr_info?: { family: string; local: string }[];
}

/** The IPv4 addresses of this machine, also those of links without a carrier, as a bridge without guests is. */
export async function ipv4Addresses(): Promise<LinkAddress[]> {
  const { stdout } = await execa("ip", ["-json", "address"]);
  return (JSON.parse(stdout) as IpLink[]).flatMap(({ ifname, addr_info = [] }) =>
    addr_info
      .filter(({ family }) => family === "inet")
      .map(({ local }) => ({ link: ifname, address: local })),
  );
}

export async function linkExists(name: string): Promise<boolean> {
  const { exitCode } = await execa("ip", ["link", "show", name], { reject: false });
  return exitCode === 0;
}
