import type { HostNames } from "./failure.ts";
import type { HandshakeReport } from "./report.ts";
import type { HandshakeScriptInput } from "./script.ts";

export interface Proof {
  /** `ws://…` and `wss://…` addresses; proven at the same time. */
  urls: readonly string[];
  /** PEM of the CA that issued the certificate; default: the CAs that Node trusts. */
  ca?: string;
  token: string;
  /** Default: the flow of the example backend. */
  script?: HandshakeScriptInput;
  /** The backend's log from that time on. */
  readLog?: (since: Date) => Promise<string>;
  /** Milliseconds for each opening; default 10,000. */
  timeoutMs?: number;
  /** Names for the advice of a failure; default: those of an unchanged configuration. */
  names?: Partial<HostNames>;
  now?: () => Date;
}

/** Proves from outside that the service works. Does not throw when it does not: read `ok` of the report. */
export async function proveHandshake(_proof: Proof): Promise<HandshakeReport> {
  throw new Error("proveHandshake: to follow");
}
