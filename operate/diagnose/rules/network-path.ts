import type { Observations } from "../observations.ts";
import type { SizeSeen } from "../outside/observed.ts";
import { type Failed, failedFlows, flowRule, met } from "./client.ts";
import { deletions } from "./refused-by-host.ts";
import { type Rule, worry } from "./rule.ts";

/*
 * nginx answers the host itself and so does the backend, and a client of ours gets no answer: what breaks it is on the
 * way. Nothing that is restarted on the host would help, and it would cut those who come by another way.
 */

/** Both ends: the same opening, without a token, was answered on the host. */
const servesItself = ({ inside }: Observations) =>
  inside !== undefined &&
  inside.loopback.length > 1 &&
  inside.loopback.every(({ answer }) => /^HTTP\S+ [1-4]/.test(answer));

/** The smallest that was lost, and the largest that came through: nothing where size plays no part. */
function lostBySize(sizes: readonly SizeSeen[] = []): { through: number; lost: number } | undefined {
  const through = sizes.findLast(({ answered }) => answered);
  const lost = sizes.find(({ answered }) => !answered);
  return through && lost && through.bytes < lost.bytes
    ? { through: through.bytes, lost: lost.bytes }
    : undefined;
}

/**
 * Silence, or a reset, where nginx or TLS was due. Beyond that the backend itself may be why; but not where a client
 * without a token, as the one on the host, opens no connection either.
 */
function isLost(seen: Observations, { failure, plainOpen }: Failed): boolean {
  const { waitedMs, code = "" } = failure.seen;
  if (waitedMs !== undefined && lostBySize(seen.outside.sizes)) return true;
  if (waitedMs === undefined && !/^(ECONNRESET|EPIPE)$/.test(code)) return false;
  return failure.hop === "tls" || (failure.hop === "upgrade" && plainOpen === "refused");
}

const sizesShown = ({ outside: { sizes = [] } }: Observations) =>
  sizes.map(({ bytes, answered }) => `a request of ${bytes} bytes: ${answered ? "answered" : "no answer"}`);

const ends = ({ inside }: Observations) =>
  (inside?.loopback ?? []).map(({ to, port, answer }) => `${to} on the host itself, port ${port}: ${answer}`);

/** A rule that looks at a packet's length or content. */
const selective = / -m (length|string|bpf|u32|connbytes) |\b(meta|ip|ip6) length\b/;

/** The way ends on the host: one of its own rules picks packets out. */
const ownFilter: Rule = (seen) => {
  const [flow] = failedFlows(seen);
  const rules = seen.inside?.firewall.drops.filter((rule) => selective.test(rule)) ?? [];
  if (!seen.inside || !flow || rules.length === 0 || !servesItself(seen) || !isLost(seen, flow))
    return undefined;
  return {
    ...{ hop: "firewall", severity: "fail" },
    cause: "a rule of the host's own drops packets by their length or content, before nginx reads them",
    evidence: [...rules, ...sizesShown(seen), met(flow)],
    fix: deletions({ ...seen, inside: seen.inside }, rules),
    worry: worry.some,
  };
};

const onTheWay = flowRule((seen, flow) => {
  if (!servesItself(seen) || !isLost(seen, flow)) return undefined;
  const size = lostBySize(seen.outside.sizes);
  const where = `between this machine and ${seen.target.host}`;
  return {
    cause: size
      ? `packets of a certain size are lost ${where}: a request of ${size.through} bytes is answered, one of ${size.lost} is not`
      : `the way ${where} is broken: nginx and the backend answer the host itself, and a client from here gets no answer`,
    evidence: [met(flow), ...ends(seen), ...sizesShown(seen)],
    fix: size ? bySize(seen, size.lost) : otherwise(seen),
    worry: worry.way,
  };
});

/** Only shows: the fix is up to whoever runs the network in between. */
const bySize = ({ target }: Observations, lost: number) => [
  `# where the path becomes too narrow: ping -M do -s ${Math.min(lost, 1_472)} -c 3 ${target.host}; tracepath ${target.host}`,
  '# a VPN, a tunnel or an overlay with a smaller MTU, whose ICMP "fragmentation needed" is filtered: let that ICMP through there, or clamp the MSS there',
];

const otherwise = ({ target }: Observations) => [
  "# diagnose from another network, such as a phone's: who is served there is not behind the fault",
  `# a provider or a company's proxy that intercepts, or a filter by content, answers or resets in the host's place: curl -v http://${target.host}/`,
  `# a path whose MTU is smaller for what the host sends: tracepath ${target.host}`,
];

export const betweenRules: readonly Rule[] = [ownFilter, onTheWay];
