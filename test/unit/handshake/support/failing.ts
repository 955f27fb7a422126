import { proveHandshake } from "../../../../infra/handshake/prove.ts";
import type { HandshakeReport } from "../../../../infra/handshake/report.ts";

export const token = "aaa.bbb.ccc";

/** What a proof of one URL says of its failure, in one line for each part. */
export async function failureOf(url: string, options: { ca?: string; timeoutMs?: number } = {}) {
  const report = await proveHandshake({
    handshake: "example",
    urls: [url],
    token,
    names: { ssh: "ssh ubuntu@host" },
    ...options,
  });
  const [failure] = report.failures;
  if (!failure) throw new Error(`expected a failure, found a healthy service at ${url}`);
  return { hop: failure.hop, cause: failure.cause, next: failure.next, report };
}

/** The hops that were passed, and the one that failed. */
export function statuses(report: HandshakeReport): string {
  return report.rows
    .filter(({ status }) => status === "ok" || status === "fail")
    .map(({ hop, status }) => `${hop} ${status}`)
    .join(", ");
}
