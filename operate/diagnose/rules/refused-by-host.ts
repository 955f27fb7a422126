import type { Observations } from "../observations.ts";
import type { PortSeen } from "../outside/observed.ts";
import { closedPorts, servicePorts } from "./firewall.ts";
import { on, putBack } from "./fix.ts";
import { portList, portNumbers, shown } from "./ports.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

/* What gets as far as the host, and no further: ufw lets the port in, and a rule by hand does not. */

type Seen = Observations & { inside: NonNullable<Observations["inside"]> };

/** Ports that a client needs and does not get into, though their packets came. */
function portsThatAre(seen: Seen, states: readonly PortSeen["state"][]): PortSeen[] {
  const closed = closedPorts(seen);
  const wanted = servicePorts(seen);
  const { ports } = seen.outside;
  // Of one address among several another rule tells.
  const open = portNumbers(ports.filter(({ state }) => state === "open"));
  return ports.filter(
    ({ state, port }) =>
      states.includes(state) && wanted.includes(port) && !closed.includes(port) && !open.includes(port),
  );
}

const hostRule =
  (look: (seen: Seen) => Omit<Finding, "severity"> | undefined): Rule =>
  (seen) => {
    const found = seen.inside && look({ ...seen, inside: seen.inside });
    return found && { severity: "fail", ...found };
  };

/** The client's own address, or its network, is refused by ufw. */
const ufwDenies = hostRule((seen) => {
  const { inside, target } = seen;
  const ports = portsThatAre(seen, ["silent", "refused", "no route"]);
  const [rule] = inside.firewall.denies.filter(
    (each) => each.action !== "limit" && ports.some(({ port }) => port === each.port),
  );
  if (!rule) return undefined;
  return {
    hop: "firewall",
    cause: `ufw refuses port ${rule.port} to ${rule.from} by a rule of its own, and lets others in`,
    evidence: [...ports.map(shown), `ufw: ${rule.action} from ${rule.from} to any port ${rule.port}`],
    fix: [
      on(target, "sudo ufw status numbered"),
      on(target, `sudo ufw delete ${rule.action} from ${rule.from} to any port ${rule.port} proto tcp`),
    ],
    worry: worry.some,
  };
});

/** To another port or host, where nothing answers. */
const redirected = hostRule((seen) => {
  const ports = portNumbers(portsThatAre(seen, ["silent", "refused", "no route"]));
  const rules = seen.inside.firewall.drops.filter(
    (rule) => / -j (REDIRECT|DNAT)\b/.test(rule) && ports.some((port) => mentions(rule, port)),
  );
  if (rules.length === 0) return undefined;
  return {
    hop: "firewall",
    cause: `an iptables rule, not ufw, redirects ${portList(ports)} to where nothing answers`,
    evidence: rules,
    fix: deletions(seen, rules),
    worry: ports.length < servicePorts(seen).length ? worry.some : worry.down,
  };
});

/** Packets arrive and ufw is not why they are dropped. */
const dropped = hostRule((seen) => {
  const ports = portsThatAre(seen, ["silent"]).filter(({ port }) => (seen.arrivals?.get(port) ?? 0) > 0);
  if (ports.length === 0) return undefined;
  const rules = concerning(seen, portNumbers(ports));
  return {
    hop: "firewall",
    cause: `the host itself drops ${portList(portNumbers(ports))}, though not by ufw: the packets arrive, and ufw lets them in`,
    evidence: [...ports.map(shown), ...rules],
    fix: deletions(seen, rules),
    worry: everybody(seen, ports),
  };
});

const places = ({ listens }: Seen["inside"], port: number) =>
  listens.filter((each) => each.port === port).map(({ address }) => address);
const listensToOthers = (inside: Seen["inside"], port: number) =>
  places(inside, port).some((address) => !/^(127\.|\[::1\])/.test(address));

/** nginx listens there for itself only. */
const listensOnLoopback = hostRule((seen) => {
  const { inside, target } = seen;
  const port = portsThatAre(seen, ["refused"])
    .map((each) => each.port)
    .find((each) => places(inside, each).length > 0 && !listensToOthers(inside, each));
  if (port === undefined) return undefined;
  return {
    hop: "site",
    cause: `nginx listens on port ${port} on the host's loopback interface only, so it cannot be reached from outside`,
    evidence: places(inside, port).map((address) => `listens: ${address}:${port}`),
    // It keeps the port for as long as it runs.
    fix: [
      on(target, "sudo systemctl stop nginx"),
      ...(inside.nginx.deployedSite === undefined
        ? [`# listen ${port}; in the site`]
        : [putBack(target, "site")]),
      on(target, "sudo systemctl start nginx"),
    ],
    worry: worry.down,
  };
});

/** nginx listens and answers on the host, and from outside the port is refused. */
const rejected = hostRule((seen) => {
  const { inside } = seen;
  const ports = portsThatAre(seen, ["refused", "no route"]).filter(({ port }) =>
    listensToOthers(inside, port),
  );
  if (ports.length === 0 || ports.length === seen.outside.ports.length) return undefined;
  const rules = concerning(seen, portNumbers(ports));
  return {
    hop: "firewall",
    cause: `a firewall rule rejects ${portList(portNumbers(ports))}, although nginx listens there`,
    evidence: [...ports.map(shown), ...limited(seen, ports), ...rules],
    fix: deletions(seen, rules),
    worry: everybody(seen, ports),
  };
});

/** On the host itself: nginx cannot get to the backend. What a rule says of a port, or of the loopback, is why. */
const loopbackDropped = hostRule(({ inside, target }) => {
  const answer = (to: string) => inside.loopback.find((each) => each.to === to)?.answer ?? "";
  const blocked = inside.loopback.filter(({ answer }) => answer === "no connection").map(({ port }) => port);
  // Root gets there, and nginx's user does not.
  if (answer("nginx").includes(" 502 ") && answer("backend").startsWith("HTTP/"))
    blocked.push(inside.backend.port);
  const rules = inside.firewall.drops.filter(
    (rule) => / -i lo\b/.test(rule) || blocked.some((port) => mentions(rule, port)),
  );
  if (blocked.length === 0 || rules.length === 0) return undefined;
  return {
    hop: "firewall",
    cause: `the host rejects its own connections to ${portList(blocked)}, through which nginx reaches the backend`,
    evidence: [
      ...inside.loopback.map((each) => `127.0.0.1 port ${each.port}, ${each.to}: ${each.answer}`),
      ...rules,
    ],
    fix: rules.map((rule) => on(target, `sudo iptables ${undone(rule)}`)),
    worry: worry.down,
  };
});

const everybody = (seen: Seen, ports: readonly PortSeen[]) =>
  portNumbers(ports).length < servicePorts(seen).length ? worry.some : worry.down;

const mentions = (rule: string, port: number) => new RegExp(`--dports? (\\d+,)*${port}\\b`).test(rule);

/** The rules by hand that speak of these ports, or of all. */
const concerning = ({ inside }: Seen, ports: readonly number[]) =>
  inside.firewall.drops.filter(
    (rule) => !rule.includes("--dport") || ports.some((port) => mentions(rule, port)),
  );

const limited = ({ inside }: Seen, ports: readonly PortSeen[]) =>
  inside.firewall.allows
    .filter(({ port, v4 }) => v4.startsWith("limit") && ports.some((each) => each.port === port))
    .map(({ v4 }) => `ufw: ${v4}`);

/** The rule that undoes a rule of `iptables -S`. */
const undone = (rule: string) => rule.replace(/(^| )-A /, "$1-D ");

export function deletions({ target }: Seen, rules: readonly string[]): string[] {
  const ours = rules.filter((rule) => /^(-t \w+ )?-A /.test(rule));
  if (ours.length > 0) return ours.map((rule) => on(target, `sudo iptables ${undone(rule)}`));
  return [on(target, "sudo iptables -S"), on(target, "sudo iptables -t nat -S")];
}

export const refusedByHostRules = [
  ufwDenies,
  redirected,
  dropped,
  listensOnLoopback,
  rejected,
  loopbackDropped,
];
