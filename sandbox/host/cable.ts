import { execa } from "execa";
import pRetry from "p-retry";
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
  // The process whose namespace we read may end meanwhile: the next one is in the same network.
  const host0 = await pRetry(() => linkInside(name), { retries: 20, minTimeout: 25, factor: 1 });
  const outside = JSON.parse((await execa("ip", ["-json", "link"])).stdout) as IpLink[];
  const cable = outside.find(({ ifindex }) => ifindex === host0?.link_index);
  if (!cable) throw new Error(`The sandbox "${name}" runs without a cable to ${bridge}.`);
  return cable.ifname;
}

async function linkInside(name: string): Promise<IpLink | undefined> {
  const [pid] = processesOn(filesOf(name).upper);
  if (pid === undefined) throw new Error(`The sandbox "${name}" does not run, so it has no cable.`);
  const network = ["--target", String(pid), "--net"];
  const { stdout } = await execa("nsenter", [...network, "ip", "-json", "link", "show", "host0"]);
  return (JSON.parse(stdout) as IpLink[])[0];
}
