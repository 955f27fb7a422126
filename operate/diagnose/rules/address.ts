import { shownUrl } from "../../../infra/handshake/mask.ts";
import { portOf } from "../../../infra/handshake/open.ts";
import type { Offer } from "../../../infra/nginx/offer.ts";
import { pulumiLine } from "../../../infra/pulumi-command.ts";
import { websocketPathPattern } from "../../../infra/settings/checks.ts";
import { shellWords } from "../../target/shell-words.ts";
import type { Observations } from "../observations.ts";
import type { Flow } from "../outside/observed.ts";
import {
  isHeld,
  isSentOnToTls,
  isStrangePath,
  isStrangePort,
  offered,
  rightAddress,
  speaksWebSocket,
  tellsOfPorts,
} from "./offered.ts";
import { answers } from "./pm2.ts";
import { portList } from "./ports.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

/*
 * The address itself is wrong: the host serves as it was deployed, on another port, by another scheme, on another path. To
 * open that port or to put the site back would mend nothing.
 */

interface Asked {
  seen: Observations;
  url: URL;
  offer: Offer;
  flow: Flow | undefined;
}

type Wrong = Pick<Finding, "hop" | "cause" | "evidence"> & { key?: string; served?: true };

const addressRule =
  (look: (asked: Asked) => Wrong | undefined): Rule =>
  (seen) => {
    for (const [i, each] of seen.target.urls.entries()) {
      const url = new URL(each);
      const offer = offered(seen, url);
      const wrong = offer && look({ seen, url, offer, flow: seen.outside.flows[i] });
      if (wrong) return finding(seen, wrong);
    }
    return undefined;
  };

/** With a stack it is the stack's own address, which was not deployed yet; else the caller's. */
function finding(seen: Observations, { key, served, ...wrong }: Wrong): Finding {
  const { target } = seen;
  if (target.named === undefined) {
    const cause = `${wrong.cause}; the stack's configuration has changed since its last up`;
    return { ...wrong, severity: "fail", cause, fix: [target.up], worry: served ? worry.later : worry.some };
  }
  return {
    ...wrong,
    severity: "fail",
    ...(!served && { unknown: true }),
    fix: [...rightAddresses(seen, target.named), ...(key ? [key] : [])],
    worry: served ? worry.later : worry.ownAddress,
  };
}

/** The same check of the addresses that are served. A query is not shown, so the operator has to add it. */
function rightAddresses(seen: Observations, named: string): string[] {
  const urls = seen.target.urls.map((each) => new URL(each));
  const right = urls.map((url) => {
    if (isSentOnToTls(seen, url)) return shownUrl(url.href.replace(/^ws:/, "wss:"));
    const offer = offered(seen, url);
    return offer ? rightAddress(offer, url) : shownUrl(url.href);
  });
  const others = named.replaceAll(/--url ('[^']*'|\S+) ?/g, "").trim();
  const told = shellWords([...new Set(right)].flatMap((url) => ["--url", url]));
  const line = `npm run diagnose -- ${told}${others && ` ${others}`}`;
  if (urls.every(({ search }) => search === "")) return ["# look at the address that is served:", line];
  return ["# look at the address that is served, with the query that you gave:", `# ${line}`];
}

const config = (key: string) => `${pulumiLine(`config set ${key}`)}; ${pulumiLine("up")}`;

const wrongPort = addressRule(({ seen, url, offer: { ports }, flow }) => {
  const port = portOf(url);
  if (!flow?.failure || !isStrangePort(seen, url)) return undefined;
  const noTls = url.protocol === "wss:" && !ports.some(({ tls }) => tls);
  const told = portList(ports.map((each) => each.port));
  return {
    hop: "tcp",
    cause: noTls
      ? `the site is served without TLS, on ${told}, and ${shownUrl(url.href)} asks for it`
      : `the site is not served on port ${port}${whose(seen, port)}, but on ${told}`,
    evidence: evidence(flow),
    ...(noTls &&
      seen.inside?.nginx.deployedSite !== undefined && {
        key: `# where clients are to have TLS, in the host's stack: ${config("tls self-signed")}`,
      }),
  };
});

function whose({ inside, target }: Observations, port: number): string {
  if (port === inside?.backend.port) return ", which is the backend's own and open to nginx alone";
  return port === target.sshPort ? ", which is sshd's" : "";
}

const wrongScheme = addressRule(({ seen, url, offer: { ports }, flow }) => {
  const port = portOf(url);
  const there = ports.find((each) => each.port === port);
  if (!there || !flow?.failure || !tellsOfPorts(seen, url)) return undefined;
  if (there.tls === (url.protocol === "wss:")) return undefined;
  return {
    hop: there.tls ? "upgrade" : "tls",
    cause: there.tls
      ? `port ${port} speaks TLS, and the address begins with ws://`
      : `port ${port} speaks plain HTTP, and the address begins with wss://`,
    evidence: evidence(flow),
  };
});

/** Known from outside alone. */
const onlyTls: Rule = (seen) => {
  const { target, outside } = seen;
  const at = target.urls.findIndex((url) => isSentOnToTls(seen, new URL(url)));
  const [url, flow] = [target.urls[at], outside.flows[at]];
  if (url === undefined || !flow?.failure) return undefined;
  return finding(seen, {
    hop: "upgrade",
    cause: `port ${portOf(new URL(url))} only sends clients on to https://, which WebSocket clients do not follow: they use wss://`,
    evidence: evidence(flow),
  });
};

const evidence = ({ url, failure }: Flow) => (failure ? [`${url}: ${failure.cause}`] : []);

const wrongPath = addressRule((asked) => {
  const { seen, url, offer, flow } = asked;
  const path = url.pathname;
  const { paths } = offer;
  if (paths.length === 0 || paths.includes(path) || !flow || !speaksWebSocket(seen)) return undefined;
  const strange = isStrangePath(seen, url);
  const held = strange && (!flow.failure || flow.plainOpen === "held" || flow.plainOpen === "closed");
  if (!held && !(refusesPath(asked) && (strange || isHeld(offer)))) return undefined;
  const place = `nginx holds WebSockets on ${paths.join(", ")}`;
  return {
    hop: held ? "site" : "upgrade",
    cause: held
      ? `${path} is no path for WebSockets: ${place}, and passes ${path} on as a page's, where one that is silent is cut after 60 s`
      : strange
        ? `${path} is no path for WebSockets: ${place}, and ${otherwise(path, flow)}`
        : `the backend takes no WebSocket on ${path}${shownStatus(flow)}: ${place}`,
    evidence: evidence(flow),
    ...(held && { served: true as const }),
    ...key(seen, path),
  };
});

/** What becomes of it instead. */
function otherwise(path: string, flow: Flow): string {
  const { status = 0 } = flow.failure?.seen ?? {};
  if (status === 301 || status === 308) return `redirects ${path}, which WebSocket clients do not follow`;
  return `passes ${path} on as a page's, where the backend ${status === 502 ? "hangs up (502)" : `takes none${shownStatus(flow)}`}`;
}

const shownStatus = ({ failure }: Flow) =>
  failure?.seen.status === undefined ? "" : ` (${failure.seen.status})`;

function key({ inside }: Observations, path: string): Pick<Wrong, "key"> {
  if (inside?.nginx.deployedSite === undefined || !websocketPathPattern.test(path)) return {};
  return {
    key: `# where clients are to use ${path}, in the host's stack: ${config(`websocketPath ${path}`)}`,
  };
}

/** By its router, or by hanging up on whoever asks for another path, as Engine.IO does, which nginx calls 502. */
function refusesPath({ seen: { inside }, flow }: Asked): boolean {
  const { status, body = "", received = [] } = flow?.failure?.seen ?? {};
  if (status === undefined) return flow?.plainOpen === "refused" && received.length > 0; // a page, to a plain request
  if (status === 502) return inside !== undefined && answers(inside) === "closed";
  return answersOfARouter.includes(status) && !/Transport unknown|Session ID unknown/.test(body);
}

const answersOfARouter = [200, 301, 308, 400, 404, 405, 426];

export const portRules = [wrongPort, wrongScheme, onlyTls];
export const pathRules = [wrongPath];
