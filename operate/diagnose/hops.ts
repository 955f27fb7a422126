import type { TokenAnswer } from "../../infra/handshake/wrong-token.ts";
import { details } from "./healthy-text.ts";
import { type HopName, hopKinds, kindOf } from "./hop-names.ts";
import { absent } from "./not-there.ts";
import type { Observations } from "./observations.ts";
import { hopOf } from "./rules/client.ts";
import type { Finding } from "./rules/rule.ts";

/** `not there`: this host has no such thing. `not asked`: what the backend speaks has no such question, so nothing is claimed of it beyond the detail. */
export type HopStatus = "ok" | "warn" | "fail" | "not reached" | "not asked" | "not there";

/** One line of the table, and one member of `hops` in JSON. */
export interface Hop {
  name: HopName;
  status: HopStatus;
  detail: string;
}

/** The table: each hop well, wrong, or not reached and why not. */
export function hopsOf(
  seen: Observations,
  findings: readonly Finding[],
  verdict: Finding | undefined,
): Hop[] {
  return hopKinds
    .map(({ name }) => name)
    .filter((name) => concerns(seen, name))
    .map((name) => hop(seen, name, findings, verdict));
}

/** Without a WebSocket, without TLS, or without services that the backend needs, there is nothing to say of them; the page is asked for by `ws:` alone. */
function concerns({ target, inside, outside }: Observations, name: HopName): boolean {
  if (name === "upgrade") return outside.client.handshake !== "http";
  if (name === "renewal") return inside?.acme !== undefined;
  if (name === "services") return (inside?.services.length ?? 0) > 0;
  if (name === "page") return target.urls.some((url) => url.startsWith("ws:"));
  return (name !== "tls" && name !== "certificate") || target.urls.some((url) => url.startsWith("wss:"));
}

function hop(
  seen: Observations,
  name: HopName,
  findings: readonly Finding[],
  verdict: Finding | undefined,
): Hop {
  const finding =
    findings.find((each) => each.hop === name && each.severity === "fail") ??
    findings.find((each) => each.hop === name);
  // A follow-on error at the client is reported with its cause.
  if (finding && (finding === verdict || finding.severity === "warn" || !kindOf(name).way)) {
    return { name, status: finding.severity, detail: finding.cause };
  }
  const detail = details[name](seen);
  if (detail !== undefined && detail !== "" && !finding) return { name, status: "ok", detail };
  if (!finding && isUnasked(seen, name)) return { name, status: "not asked", detail: whyUnasked(seen, name) };
  const missing = seen.inside && absent[name]?.(seen.inside);
  if (!finding && missing) return { name, status: "not there", detail: missing };
  return { name, status: "not reached", detail: whyNot(seen, name, verdict) };
}

function isUnasked(
  { outside: { client, flows, wrongToken }, hasToken }: Observations,
  name: HopName,
): boolean {
  if (!hasToken) return false;
  if (name === "log") return !client.readsLog;
  if (name === "wrong token") return !client.showsToken || wrongToken === "not asked";
  const rows = flows.flatMap((flow) => flow.rows.filter((row) => hopOf(flow, row.hop) === name));
  return rows.length > 0 && rows.every(({ status }) => status === "not asked");
}

/** A token that no hop is about may have been shown all the same. */
function whyUnasked({ outside: { client, flows, wrongToken } }: Observations, name: HopName): string {
  const question = `handshake ${client.handshake} has no such question`;
  if (name !== "token" || !client.showsToken || flows.some(({ failure }) => failure)) return question;
  const others = wrongToken && othersLetIn[wrongToken];
  return `shown; ${others ?? question}`;
}

const othersLetIn: Partial<Record<TokenAnswer, string>> = {
  accepted: "a client with a wrong one is let in as well",
  "not wanted": "a client without one is let in as well",
};

function whyNot(
  { hasToken, inside, outputsProblem, target }: Observations,
  name: HopName,
  verdict: Finding | undefined,
): string {
  if (!hasToken && kindOf(name).token)
    return `no token is known: ${outputsProblem ?? "give one in --url, or in GEO_SYSTEM_TOKEN"}`;
  if (!inside && !target.off && !kindOf(name).outside) return "the host could not be checked from inside";
  return verdict?.severity === "fail" ? `because of ${verdict.hop}` : "";
}
