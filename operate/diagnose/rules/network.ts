import type { Loopback } from "../inside/observed.ts";
import { on } from "./fix.ts";
import { portList, portNumbers, shown } from "./ports.ts";
import { refusedByHostRules } from "./refused-by-host.ts";
import { type Rule, worry } from "./rule.ts";

/** A sandbox is known to be off; of any other host that is a guess. */
const switchedOff: Rule = ({ target: { off } }) =>
  off && {
    ...{ hop: "tcp", severity: "fail" },
    cause: off.cause,
    evidence: ["none of its processes runs on this machine"],
    fix: off.fix,
    worry: worry.down,
  };

/** The name has no address: no client gets anywhere. */
const nameUnknown: Rule = ({ outside: { name } }) => {
  if (name.addresses.length > 0) return undefined;
  const ours = name.code === "EAI_AGAIN";
  return {
    ...{ hop: "name", severity: "fail", ...(ours && { unknown: true }) },
    cause: ours
      ? `this machine cannot ask a name server for ${name.host}`
      : `the name ${name.host} does not exist`,
    evidence: [`lookup ${name.host}: ${name.code}`],
    fix: [`getent hosts ${name.host}`, "cat /etc/resolv.conf"],
    worry: ours ? worry.unknown : worry.down,
  };
};

/** No route at all: mostly this machine's; on one network also a host that is off, or has none back. */
const noRoute: Rule = ({ outside: { ports } }) => {
  const first = ports[0];
  if (!first || ports.some(({ state }) => state !== "no route")) return undefined;
  return {
    ...{ hop: "tcp", severity: "fail", unknown: true },
    cause: `there is no route between this machine and ${first.address}: a route is missing on one side, or the host is off`,
    evidence: ports.map(shown),
    fix: [`ip route get ${first.address}`],
    worry: worry.unknown,
  };
};

/** Not even SSH: the host cannot be checked from inside. */
const hostSilent: Rule = ({ outside: { ports }, target, inside }) => {
  if (inside || ports.length === 0 || ports.some(({ state }) => state !== "silent" && state !== "no route"))
    return undefined;
  return {
    ...{ hop: "tcp", severity: "fail" },
    cause: `${target.host} does not answer on any port: it is off, or a firewall in front of it drops everything`,
    evidence: ports.map(shown),
    fix: [
      `ping -c 3 ${target.host}`,
      "# in the cloud's console: does the machine run, and what does its security group let in?",
    ],
    worry: worry.down,
  };
};

/** The host lets the port in, listens, and no packet came: something before it dropped them. */
const cloudFirewall: Rule = ({ outside: { ports }, arrivals, target }) => {
  // A port that one address answers on is not closed: of the other address a rule of its own tells.
  const answered = portNumbers(ports.filter(({ state }) => state === "open"));
  const dropped = ports.filter(
    ({ state, port }) => state === "silent" && arrivals?.get(port) === 0 && !answered.includes(port),
  );
  if (dropped.length === 0) return undefined;
  const numbers = portNumbers(dropped);
  return {
    ...{ hop: "tcp", severity: "fail" },
    cause: `a firewall in front of the host (the cloud's security group) drops ${portList(numbers)}: the host was watched while we dialled, and no packet came`,
    evidence: [
      ...dropped.map(shown),
      ...numbers.map((port) => `packets for port ${port} that reached the host: 0`),
    ],
    fix: [
      `# in the cloud's console: let TCP ${numbers.join(" and ")} in at the security group of ${target.host}, then diagnose again`,
    ],
    worry: worry.down,
  };
};

/** No port of the host answers the host itself, nginx's neither. */
export const reachesNothing = (loopback: readonly Loopback[]) =>
  loopback.length > 1 && loopback.every(({ answer }) => answer === "no connection");

const loopbackDown: Rule = ({ inside, target }) => {
  const answers = inside?.loopback ?? [];
  if (!reachesNothing(answers)) return undefined;
  return {
    ...{ hop: "nginx on loopback", severity: "fail" },
    cause:
      "the host does not reach its own 127.0.0.1: its loopback interface is down, or has lost its address",
    evidence: answers.map(({ to, port }) => `127.0.0.1 port ${port}, ${to}: no connection within 4 s`),
    fix: [
      on(target, "ip -br address show lo"),
      on(target, "sudo ip link set lo up"),
      on(target, "sudo ip address replace 127.0.0.1/8 dev lo"),
    ],
    worry: worry.down,
  };
};

/** One of the addresses works, another does not: who tries that one first waits, or fails. */
const deadAddress: Rule = ({ outside: { ports, name }, target }) => {
  const service = ports.filter(({ port }) => port !== target.sshPort);
  const alive = (address: string) =>
    service.some((each) => each.address === address && each.state === "open");
  const dead = name.addresses.filter(
    (address) =>
      !alive(address) && service.some((each) => each.address === address && each.state !== "no route"),
  );
  const [first] = dead;
  if (first === undefined || !name.addresses.some(alive)) return undefined;
  const kind = first.includes(":") ? "IPv6" : "IPv4";
  return {
    ...{ hop: "name", severity: "fail" },
    cause: `the ${kind} address ${first} of ${name.host} leads nowhere; its other addresses work`,
    evidence: service.filter(({ address }) => address === first).map(shown),
    fix: [
      `# at the name server: take ${first} (${kind === "IPv6" ? "AAAA" : "A"}) away from ${name.host}, or let the host answer there`,
      `getent ahosts ${name.host}`,
    ],
    worry: worry.some,
  };
};

/** Without access to the host, which firewall it is remains open. */
const silentPort: Rule = ({ outside: { ports }, target, inside }) => {
  const silent = ports.filter(({ state, port }) => state === "silent" && port !== target.sshPort);
  if (silent.length === 0 || inside) return undefined;
  const numbers = portNumbers(silent);
  const unusual = numbers.some((port) => port !== 80 && port !== 443);
  return {
    ...{ hop: "tcp", severity: "fail" },
    cause: `nothing answers on ${portList(numbers)}: a firewall drops the packets, the host's own (ufw) or the cloud's in front of it${unusual ? ", as it does for a port on which nothing is served" : ""}`,
    evidence: silent.map(shown),
    fix: [
      ...(unusual ? ["# is it the port that clients use?"] : []),
      on(target, "sudo ufw status"),
      ...numbers.map((port) => on(target, `sudo ufw allow ${port}/tcp`)),
    ],
    worry: ports.some(({ state, port }) => state === "open" && port !== target.sshPort)
      ? worry.some
      : worry.down,
  };
};

/** Clients of its own network get answers, those of others none. */
const noWayOut: Rule = ({ inside, target }) =>
  inside?.defaultRoute === false
    ? {
        ...{ hop: "tcp", severity: "warn" },
        cause: "the host has no default route: clients outside of its own network get no answer from it",
        evidence: ["ip route show default: nothing"],
        fix: [on(target, "ip route"), on(target, "sudo systemctl restart systemd-networkd")],
        worry: worry.later,
      }
    : undefined;

export const networkWarnings = [noWayOut];
export const reachRules = [switchedOff, nameUnknown, noRoute, hostSilent];
export const dropRules = [cloudFirewall, ...refusedByHostRules, loopbackDown, silentPort, deadAddress];
