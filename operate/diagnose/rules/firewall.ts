import { portOf } from "../../../infra/handshake/open.ts";
import type { Observations } from "../observations.ts";
import { on } from "./fix.ts";
import { isStrangePort } from "./offered.ts";
import { portList } from "./ports.ts";
import { type Rule, worry } from "./rule.ts";

/** What ufw does with a new connection to a port, from anywhere. */
function verdictOf({ inside }: Observations, port: number): string {
  const { allows, otherwise } = inside?.firewall ?? { allows: [], otherwise: "allow" };
  const rule = allows.find((each) => each.port === port)?.v4;
  return rule || `${otherwise} (no rule for ${port}/tcp)`;
}

/** Ports that users need, and that ufw keeps closed. */
export const closedPorts = (seen: Observations) =>
  seen.inside?.firewall.ufw === "active"
    ? servicePorts(seen).filter((port) => !/^(allow|limit)/.test(verdictOf(seen, port)))
    : [];

/** Those on which the site is served: of a wrong one in an address a rule of its own tells. */
export const servicePorts = (seen: Observations) => [
  ...new Set(
    seen.target.urls
      .map((url) => new URL(url))
      .filter((url) => !isStrangePort(seen, url))
      .map(portOf),
  ),
];

const ufwCloses: Rule = (seen) => {
  const closed = closedPorts(seen);
  if (closed.length === 0) return undefined;
  const { target } = seen;
  const mark = seen.inside?.deployed.includes("firewall") ? " comment geo-system" : "";
  const verdicts = closed.map((port) => `ufw, port ${port}: ${verdictOf(seen, port)}`);
  const denied = closed.filter((port) => /^(deny|reject) \d/.test(verdictOf(seen, port)));
  return {
    ...{ hop: "firewall", severity: "fail" },
    cause: `ufw, the host's own firewall, blocks ${portList(closed)}`,
    evidence: verdicts,
    fix: [
      ...denied.map((port) => on(target, `sudo ufw delete ${verdictOf(seen, port)}`)),
      // With the mark of our own rules where there are any, so that undo finds it.
      ...closed.map((port) => on(target, `sudo ufw allow ${port}/tcp${mark}`)),
    ],
    worry: closed.length < servicePorts(seen).length ? worry.some : worry.down,
  };
};

/** ufw turns an address away that connects six times in thirty seconds: a page with some windows, or an office. */
const ufwLimits: Rule = (seen) => {
  if (seen.inside?.firewall.ufw !== "active") return undefined;
  const limited = servicePorts(seen).filter((port) => verdictOf(seen, port).startsWith("limit"));
  if (limited.length === 0) return undefined;
  const failing = seen.outside.flows.some(({ failure }) => failure);
  return {
    ...{ hop: "firewall", severity: failing ? "fail" : "warn" },
    cause: `ufw limits ${portList(limited)}: an address that connects six times in 30 seconds is blocked, and so are all users who share it`,
    evidence: limited.map((port) => `ufw, port ${port}: ${verdictOf(seen, port)}`),
    fix: limited.map((port) => on(seen.target, `sudo ufw allow ${port}/tcp`)),
    worry: failing ? worry.some : worry.later,
  };
};

const missingRules = (seen: Observations) =>
  [seen.target.sshPort, ...servicePorts(seen)]
    .filter((port) => !/^(allow|limit)/.test(verdictOf(seen, port)))
    .map((port) => on(seen.target, `sudo ufw allow ${port}/tcp comment geo-system`));

const ufwInactive: Rule = (seen) => {
  const { inside, target } = seen;
  if (!inside?.deployed.includes("firewall") || inside.firewall.ufw === "active") return undefined;
  const shutsOut = [target.sshPort, ...servicePorts(seen)].some(
    (port) => !/^(allow|limit)/.test(verdictOf(seen, port)),
  );
  return {
    ...{ hop: "firewall", severity: "warn" },
    cause: `ufw is ${inside.firewall.ufw}, and was deployed active: every port that listens is open${shutsOut ? "; its rules are gone as well" : ""}`,
    evidence: [
      `ufw: ${inside.firewall.ufw}`,
      ...answering(seen, "open").map(({ port, by }) => `port ${port} (${by}): open from here`),
    ],
    // Switched on without a rule for SSH it would shut the operator out: the rules first.
    fix: [...(shutsOut ? missingRules(seen) : []), on(target, "sudo ufw --force enable")],
    worry: worry.soon,
  };
};

/** Ports that were dialled from here, and answered. */
const answering = ({ inside, exposed = [] }: Observations, how: string) => {
  const open = new Set(exposed.filter(({ state }) => state === "open").map(({ port }) => port));
  return (inside?.firewall.exposed ?? []).filter((each) => each.how === how && open.has(each.port));
};

/** Its rules are asked for what is for the host itself; a published port is for the container. */
const published: Rule = (seen) => {
  const ports = answering(seen, "published");
  const [first] = ports;
  if (!first || seen.inside?.firewall.ufw !== "active") return undefined;
  const numbers = ports.map(({ port }) => port);
  const refuse = `sudo iptables -I DOCKER-USER -p tcp -m conntrack --ctorigdstport ${first.port} --ctdir ORIGINAL -j DROP`;
  return {
    ...{ hop: "firewall", severity: "warn" },
    cause: `${portList(numbers)} of the host ${ports.length === 1 ? "answers" : "answer"} from outside, although ufw blocks it: a container engine publishes past ufw`,
    evidence: ports.map(({ port, by }) => `port ${port}: open from here; a rule of nat leads it to ${by}`),
    fix: [
      `# publish it for the host alone, as 127.0.0.1:${first.port}:PORT (docker run -p, or ports: in a compose file), and start the container again`,
      `# or, with Docker, refuse it in the chain that is asked first: ${on(seen.target, refuse)}`,
    ],
    worry: worry.exposed,
  };
};

/** Without ufw: on a host of another make this may be wanted, but hardly for what nginx stands before. */
const backendOpen: Rule = (seen) => {
  const { inside, target } = seen;
  const open = answering(seen, "open").find(({ port }) => port === inside?.backend.port);
  if (!inside || !open || inside.deployed.includes("firewall")) return undefined; // then ufwInactive tells it
  return {
    ...{ hop: "firewall", severity: "warn" },
    cause: `the backend's own port ${open.port} (${open.by}) answers from outside, past nginx: ufw is ${inside.firewall.ufw}`,
    evidence: [`port ${open.port}: open from here`],
    fix: ["# let the backend listen on 127.0.0.1 alone, or put ufw in force by an up", `# ${target.up}`],
    worry: worry.exposed,
  };
};

export const firewallRules = [ufwCloses, ufwLimits];
export const firewallWarnings = [ufwInactive, published, backendOpen];
