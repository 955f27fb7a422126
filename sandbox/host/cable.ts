import { execa } from "execa";
import { bridge } from "./network.ts";
import { filesOf } from "./paths.ts";
import { processesOn } from "./processes.ts";

/** Cuts a host off from every other machine. It does not notice: its own cable stays in, as in a failure upstream. */
export async function unplug(name: string): Promise<void> {
  await execa("ip", ["link", "set", await cableOf(name), "nomaster"]);
}

/** Takes back `unplug`. */
export async function plug(name: string): Promise<void> {
  await execa("ip", ["link", "set", await cableOf(name), "master", bridge]);
}

interface IpLink {
  ifname: string;
  ifindex: number;
  link_index?: number;
}

/** Our end of the cable: the link whose number the host's end names. */
async function cableOf(name: string): Promise<string> {
  const [pid] = processesOn(filesOf(name).upper);
  if (pid === undefined) throw new Error(`The sandbox "${name}" does not run, so it has no cable.`);
  const inside = await execa("nsenter", [
    "--target",
    String(pid),
    "--net",
    "ip",
    "-json",
    "link",
    "show",
    "host0",
  ]);
  const [host0] = JSON.parse(inside.stdout) as IpLink[];
  const outside = JSON.parse((await execa("ip", ["-json", "link"])).stdout) as IpLink[];
  const cable = outside.find(({ ifindex }) => ifindex === host0?.link_index);
  if (!cable) throw new Error(`The sandbox "${name}" runs without a cable to ${bridge}.`);
  return cable.ifname;
}
