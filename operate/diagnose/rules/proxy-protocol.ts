import { portOf } from "../../../infra/handshake/open.ts";
import { readConfiguration } from "../../../infra/nginx/configuration.ts";
import { offerOf } from "../../../infra/nginx/offer.ts";
import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { Observations } from "../observations.ts";
import { type Failed, flowRule, met } from "./client.ts";
import { on, putBack } from "./fix.ts";
import { worry } from "./rule.ts";

/* The PROXY protocol has no polite refusal: one side speaks it or both do, and whoever is wrong is hung up on. */

const protocol = "proxy_protocol";

/** nginx waits for the header, and something else came. */
const noHeader = flowRule((seen, flow) => {
  const said = (seen.inside?.nginx.log ?? "")
    .split("\n")
    .findLast((line) => /broken header: .*while reading PROXY protocol/.test(line));
  if (!said || !wasHungUpOn(flow)) return undefined;
  return {
    cause: `nginx expects the PROXY protocol on port ${portOf(new URL(flow.url))}, and a connection from here arrives without its header`,
    evidence: [met(flow), readable(said)],
    fix: wasDeployed(seen, false) ? [putBack(seen.target, "site")] : withoutHeader(seen),
    worry: worry.way,
  };
});

const wasHungUpOn = ({ failure: { seen } }: Failed) =>
  /^(ECONNRESET|EPIPE)$/.test(seen.code ?? "") || /hang up|closed/.test(seen.message ?? "");

/** Of a ClientHello nginx writes down its bytes. */
const readable = (line: string) => line.replace(/broken header: ".*" while/, 'broken header: "…" while');

/** A header comes, and nginx takes it for a request: it answers 400 in clear text, on the port of TLS too. */
const strayHeader = flowRule((seen, flow) => {
  const unreadable = seen.inside?.nginx.unreadable;
  if (!unreadable || !wasGarbled(seen, flow)) return undefined;
  return {
    cause: `something in front of the host sends nginx bytes that are not HTTP ahead of each request: most likely the PROXY protocol, which nginx does not expect on port ${portOf(new URL(flow.url))}`,
    evidence: [
      met(flow),
      `nginx's access log: ${unreadable.count} requests without a request line within two minutes, the last from ${unreadable.from}`,
    ],
    fix: wasDeployed(seen, true) ? [putBack(seen.target, "site")] : strayFix(seen, unreadable.from),
    worry: worry.way,
  };
});

/** nginx answers the same request of the host itself, and has TLS where a client of TLS met clear text. */
function wasGarbled({ inside, outside }: Observations, { url, failure }: Failed): boolean {
  const own = inside?.loopback.find(({ to }) => to === "nginx")?.answer ?? "";
  if (!/^HTTP\S+ (?!400)/.test(own)) return false;
  const { protocol: scheme, hostname: host, pathname: path } = new URL(url);
  if (scheme === "ws:") return failure.seen.status === 400 && /\bnginx\b/.test(failure.seen.body ?? "");
  const port = portOf(new URL(url));
  const { ports } = offerOf(readConfiguration(inside?.nginx.configuration ?? ""), { host, port, path });
  return (
    /EPROTO|WRONG_VERSION/.test(outside.tls?.broken ?? "") &&
    ports.some((each) => each.port === port && each.tls)
  );
}

/** Whether the site was deployed with it (or without), so that putting the site back is the mending. */
const wasDeployed = ({ inside }: Observations, spoken: boolean) =>
  inside?.nginx.deployedSite !== undefined &&
  inside.nginx.deployedSite.includes(` ${protocol}`) === spoken &&
  inside.nginx.deployedSite !== inside.nginx.site;

function withoutHeader(seen: Observations): string[] {
  const balancer = [
    "# let the load balancer write it: HAProxy `send-proxy-v2` behind its server line; AWS NLB `proxy_protocol_v2.enabled=true` of the target group",
    "# clients, and diagnose, come to the balancer's address, which serverName is, and not to the host's",
  ];
  return seen.inside?.nginx.deployedSite === undefined
    ? [...balancer, `# without one: ${on(seen.target, `sudo grep -rn ${protocol} /etc/nginx`)}`]
    : [...balancer, `# without one: ${pulumiLine("config rm proxyProtocol")}; ${pulumiLine("up")}`];
}

function strayFix(seen: Observations, from: string): string[] {
  const off =
    "# or switch it off there: HAProxy `send-proxy`, AWS NLB `proxy_protocol_v2.enabled=false` of the target group";
  if (seen.inside?.nginx.deployedSite === undefined)
    return [`# where a load balancer speaks it: ${protocol} in each listen, see docs/site.md`, off];
  return [
    `# where ${from} is a load balancer of yours: ${pulumiLine(`config set --path 'trustedProxies[0]' ${from}`)}; ${pulumiLine("config set proxyProtocol true")}; ${pulumiLine("up")}`,
    off,
  ];
}

export const proxyProtocolRules = [noHeader, strayHeader];
