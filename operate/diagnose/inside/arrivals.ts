import type { SshSession } from "../../../infra/host/ssh.ts";
import { template } from "../../../infra/package-root.ts";
import { asRoot, shellWords } from "../../target/shell-words.ts";
import type { Target } from "../../target/target.ts";
import type { PortSeen } from "../outside/observed.ts";
import { seePorts } from "../outside/ports.ts";
import { Facts } from "./facts.ts";

/** Longer than a dial: a packet that is dropped is sent again after one second, so one of the two is seen. */
const seconds = { watch: 4, dial: 2.5 };

/**
 * Dials the silent ports again while the host counts what arrives before its own firewall: the one way to tell the
 * host's firewall from one before it. Undefined where the host cannot count.
 */
export async function countArrivals(
  session: SshSession,
  target: Target,
  silent: readonly PortSeen[],
): Promise<Map<number, number> | undefined> {
  const ports = [...new Set(silent.map(({ port }) => port))];
  const count = shellWords([
    ...asRoot(target.user),
    "perl",
    "-",
    String(seconds.watch),
    ...ports.map(String),
  ]);
  const [{ stdout }] = await Promise.all([
    session.exec(`echo "from	$SSH_CONNECTION"; ${count}`, { input: template("diagnose/arrivals.pl") }),
    seePorts([...new Set(silent.map(({ address }) => address))], ports, seconds.dial * 1000),
  ]);
  const facts = new Facts(stdout);
  if (!facts.whole) return undefined;
  const [us = ""] = (facts.one("from")[0] ?? "").split(" ");
  const arrived = facts.all("arrived", (port, source, count) => ({
    port: Number(port),
    source,
    count: Number(count),
  }));
  // Scanners of the internet knock as well: only what comes from where we come from counts, if anything does.
  const ofUs = arrived.filter(({ source }) => source === us);
  const total = (port: number) =>
    ofUs.filter((each) => each.port === port).reduce((sum, { count }) => sum + count, 0);
  return new Map(ports.map((port) => [port, total(port)]));
}
