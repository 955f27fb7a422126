/** What a client saw when it failed; enough to tell which layer it was. */
export interface Seen {
  url: string;
  /** An error of the network or of TLS. With several addresses, the most telling one of them. */
  code?: string;
  message?: string;
  /** The answer that came instead of an upgrade. */
  status?: number;
  location?: string;
  /** The beginning of its text, on one line. */
  body?: string;
  /** The connection was closed, with this code. */
  closeCode?: number;
  closeReason?: string;
  /** Nothing came for so long. */
  waitedMs?: number;
  /** Milliseconds since the connection was opened. */
  openMs?: number;
  /** What was awaited, and the last messages that came instead. */
  expected?: string;
  received?: string[];
  /** The backend's own words, in its protocol, with which it did not let the client in. */
  refused?: string;
  /** Why nothing could be sent: the handshake's own fault, such as a subprotocol with a blank. */
  unsendable?: string;
  /** Who says what was awaited: the operator's own script, or else a protocol that is as it is. */
  script?: boolean;
  /** Whether the client had shown a token. Undefined where that is not known. */
  showedToken?: boolean;
}

/** The last messages that came and were not what was awaited, for the end of a sentence. */
export function instead({ received = [] }: Pick<Seen, "received">): string {
  if (received.length === 0) return ", nor anything else";
  return `; instead: ${answered({ received })}`;
}

/** The last messages that came, each on one line and cut where it is long. */
export function answered({ received = [] }: Pick<Seen, "received">): string {
  const lines = received.map((text) => text.replaceAll(/\s*\n\s*/g, " ").trim());
  return lines.map((text) => (text.length > 150 ? `${text.slice(0, 150)}…` : text)).join(" ");
}

/** Ends a proof where it is; `seen` says why. */
export class Stopped extends Error {
  readonly seen: Seen;

  constructor(seen: Seen) {
    super(seen.message ?? seen.code ?? `stopped at ${seen.url}`);
    this.name = "Stopped";
    this.seen = seen;
  }
}

type NetworkError = Error & { code?: string; errors?: NetworkError[] };

/**
 * The code and message of an error. Where a name has several addresses Node throws an AggregateError with an empty
 * message: its `.errors` say what happened, and a lack of IPv6 on this side is the least telling of them.
 */
export function describeError(error: NetworkError): { code?: string; message: string } {
  const all = error.errors?.length ? error.errors : [error];
  const telling =
    all.find(({ code }) => code !== "ENETUNREACH" && code !== "EHOSTUNREACH") ?? all[0] ?? error;
  const message = all.map((each) => each.message).join("; ");
  return { ...(telling.code && { code: telling.code }), message };
}
