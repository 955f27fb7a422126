import { lookup } from "node:dns";
import type { ClientRequest, IncomingMessage } from "node:http";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { type DetailedPeerCertificate, TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { trusting } from "../trusted-roots.ts";
import { readWhole } from "./answer.ts";
import { type Frame, frameOf } from "./frame.ts";
import { withOldest } from "./old-clients.ts";
import { describeError, type Seen, Stopped } from "./seen.ts";

/** What every connection passes before a protocol begins. */
export type NetworkHop = "name" | "tcp" | "tls" | "upgrade";

export interface Opening {
  url: URL;
  headers: Record<string, string>;
  protocols: string[];
  /** PEM of a CA to trust beside those of the system. */
  ca?: string | undefined;
  /** The machine that is dialled, whatever the name of the URL leads to; default: where it leads. */
  at?: string | undefined;
  /** Milliseconds from the name to the upgrade. */
  timeoutMs: number;
  /** Called as each hop is behind us, in the order of the protocol. */
  passed: (hop: NetworkHop, detail?: string) => void;
}

/** An answer that comes after the time is up is still read, for so long: its sender may not outlive a reset. */
const lateAnswerMs = 3_000;

/** Opens a WebSocket, hop by hop. Throws {@link Stopped} at the one that breaks. */
export function openWebSocket(opening: Opening, onFrame: (frame: Frame) => void): Promise<WebSocket> {
  const { url, timeoutMs, passed } = opening;
  return new Promise((resolve, reject) => {
    const socket = start(opening);
    const stop = (seen: Omit<Seen, "url">) => {
      clearTimeout(timer);
      reject(new Stopped({ url: url.href, ...seen }));
    };
    const timer = setTimeout(() => {
      stop({ waitedMs: timeoutMs });
      abandon(socket);
    }, timeoutMs);
    socket.on("message", (data, binary) => onFrame(frameOf(data, binary)));
    socket.on("error", (error) => stop(describeError(error)));
    socket.on("unexpected-response", (_, response) => {
      // The request is over by then, and does not end a connection that the server would keep.
      const connection = response.socket;
      void refusal(response).then((seen) => {
        stop(seen);
        connection.destroy();
      });
    });
    socket.on("open", () => {
      clearTimeout(timer);
      passed("upgrade");
      resolve(socket);
    });
  });
}

/** The caller has given up on it: it is closed as it opens, and cut only if no answer comes at all. */
function abandon(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), lateAnswerMs);
  socket.once("open", () => socket.close(1000));
  socket.once("close", () => clearTimeout(timer));
}

/** HTTP/1.1 and no compression, as nginx forwards it; the certificate is verified whatever the environment says. */
function start({ url, headers, protocols, ca, at, passed }: Opening): WebSocket {
  if (isIP(bareHost(url))) passed("name");
  try {
    return new WebSocket(url, protocols, {
      headers,
      ...(url.protocol === "wss:" && trusting(ca)),
      rejectUnauthorized: true,
      perMessageDeflate: false,
      ...dialling(at),
      finishRequest: (request) => {
        watchConnection(request, passed);
        request.end();
      },
    });
  } catch (error) {
    throw new Stopped({ url: url.href, unsendable: (error as Error).message });
  }
}

/** The name stays the one of the URL, for the certificate and for nginx. */
export function dialling(at: string | undefined): { lookup?: LookupFunction } {
  return at === undefined ? {} : { lookup: (_, options, done) => lookup(at, options, done) };
}

/** Says as the hops before an HTTP request are behind it. */
export function watchConnection(request: ClientRequest, passed: Opening["passed"]): void {
  request.once("socket", (socket: Socket) => {
    socket.once("lookup", (error, address: string) => {
      if (!error) passed("name", address);
    });
    socket.once("connect", () => passed("tcp"));
    socket.once("secureConnect", () => passed("tls", describeTls(socket)));
  });
}

function describeTls(socket: Socket): string {
  if (!(socket instanceof TLSSocket)) return "";
  const certificate = socket.getPeerCertificate(true);
  const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000);
  const root = rootOf(certificate);
  return `${socket.getProtocol()}, ${days} days left${root ? `, chain to ${withOldest(root)}` : ""}`;
}

/**
 * The root in which the verified chain ends: leaf and intermediates as the server sent them, since Node fetches none that
 * are missing. A client that has this root, an old phone too, needs nothing else.
 */
function rootOf(leaf: DetailedPeerCertificate): string | undefined {
  const seen = new Set<string>();
  let last = leaf;
  while (last.issuerCertificate && !seen.has(last.fingerprint256)) {
    seen.add(last.fingerprint256);
    last = last.issuerCertificate; // of a root it is itself
  }
  const name = last.issuer?.CN ?? last.issuer?.O;
  return Array.isArray(name) ? name[0] : name;
}

/** An answer that is no upgrade: its first words often name the layer that gave it. */
async function refusal(response: IncomingMessage): Promise<Omit<Seen, "url">> {
  const { statusCode: status = 0, headers } = response;
  const body = firstWords(await readWhole(response));
  return { status, ...(headers.location && { location: headers.location }), ...(body && { body }) };
}

/** The beginning of a page's text, on one line. */
export function firstWords(text: string): string {
  return text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 150);
}

/** The host of a URL, an IPv6 address without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** The port of a WebSocket URL. */
export function portOf(url: URL): number {
  return Number(url.port) || (["wss:", "https:"].includes(url.protocol) ? 443 : 80);
}
