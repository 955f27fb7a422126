import { execa } from "execa";
import { ensureNetwork, removeNetwork } from "../../sandbox/host/network.ts";

// Makes and removes the sandboxes' network in the network namespace that it finds itself in, and prints what was
// there before, meanwhile, after a second start over the first one's leftovers, and after all.

async function look(): Promise<string[]> {
  const links = await execa("ip", ["-oneline", "-4", "address"]);
  const rules = await execa("iptables-save");
  const lines = `${links.stdout}\n${rules.stdout}`.split("\n").filter((line) => !line.startsWith("#"));
  return lines.map((line) => line.replace(/\[\d+:\d+\]/, "")).sort();
}

await execa("iptables", ["-A", "FORWARD", "-s", "192.0.2.1", "-j", "DROP"]);
await execa("iptables", ["-t", "nat", "-A", "POSTROUTING", "-s", "192.0.2.1", "-j", "ACCEPT"]);
const before = await look();
await ensureNetwork("198.18.7");
const during = await look();
await execa("iptables", ["-D", "FORWARD", "-j", "GEO-SANDBOX"]);
await ensureNetwork("198.18.7");
const mended = await look();
await removeNetwork();
await removeNetwork(); // A second time: nothing to do is not an error.
console.log(JSON.stringify({ before, during, mended, after: await look() }));
