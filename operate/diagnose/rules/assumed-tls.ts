import { portOf } from "../../../infra/handshake/open.ts";
import type { Observations } from "../observations.ts";
import { offered } from "./offered.ts";
import { type Rule, worry } from "./rule.ts";

/**
 * The same without `wss://`, where no address was given and the host serves without TLS: then the usual address was only
 * a guess, and what it met says nothing of the service.
 */
export function withoutAssumedTls(seen: Observations): Observations {
  const { target, outside } = seen;
  const at = target.urls.findIndex((url) => url.startsWith("wss:"));
  const url = target.urls[at];
  if (!target.assumed || url === undefined || isServed(seen, new URL(url))) return seen;
  const { tls: _, ...rest } = outside;
  const port = portOf(new URL(url));
  return {
    ...seen,
    target: { ...target, urls: target.urls.toSpliced(at, 1) },
    outside: {
      ...rest,
      ports: outside.ports.filter((each) => each.port !== port),
      flows: outside.flows.toSpliced(at, 1),
    },
    notServed: { url, ports: outside.ports.filter((each) => each.port === port) },
  };
}

/** By nginx's own configuration; where the host could not be checked, by the port, while the one of `ws://` is open. */
function isServed(seen: Observations, url: URL): boolean {
  const offer = offered(seen, url);
  if (offer) return offer.ports.some(({ tls }) => tls);
  const { ports } = seen.outside;
  const state = (port: number) => ports.filter((each) => each.port === port).map((each) => each.state);
  const plain = state(80).includes("open");
  return !plain || state(portOf(url)).some((each) => each === "open" || each === "no route");
}

/** Stated, since a firewall in front of port 443 looks the same from outside. */
export const assumedTls: Rule = ({ notServed, inside }) =>
  notServed && {
    ...{ hop: "tcp", severity: "warn" },
    cause: inside
      ? `the host serves without TLS; ${notServed.url} was only assumed, since no --url was given`
      : `port 443 takes no connection, so TLS is not served, or a firewall drops it; ${notServed.url} was only assumed, since no --url was given`,
    evidence: notServed.ports.map(({ address, port, state }) => `${address} port ${port}: ${state}`),
    fix: ["# give the address that clients use: npm run diagnose -- --url ws://HOST/PATH"],
    worry: worry.noTls,
  };
