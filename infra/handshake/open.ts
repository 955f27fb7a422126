import type { ClientRequest, IncomingMessage } from "node:http";
import { isIP, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { describeError, type Seen, Stopped } from "./seen.ts";

export interface Opening {
  url: URL;
  headers: Record<string, string>;
  protocols: string[];
  /** PEM of the CA to trust; default: those that Node trusts. */
  ca?: string | undefined;
  /** Milliseconds from the name to the upgrade. */
  timeoutMs: number;
  /** Called as each hop is behind us, in the order of the protocol. */
  passed: (hop: "name" | "tcp" | "tls" | "upgrade", detail?: string) => void;
}

/** Opens a WebSocket, hop by hop. Throws {@link Stopped} at the one that breaks. */
export function openWebSocket(opening: Opening, onMessage: (text: string) => void): Promise<WebSocket> {
  const { url, timeoutMs, passed } = opening;
  return new Promise((resolve, reject) => {
    const socket = start(opening);
    const stop = (seen: Omit<Seen, "url">) => {
      clearTimeout(timer);
      reject(new Stopped({ url: url.href, ...seen }));
      socket.terminate();
    };
    const timer = setTimeout(() => stop({ waitedMs: timeoutMs }), timeoutMs);
    socket.on("message", (data) => onMessage(data.toString()));
    socket.on("error", (error) => stop(describeError(error)));
    socket.on("unexpected-response", (_, response) => void readAnswer(response).then(stop));
    socket.on("open", () => {
      clearTimeout(timer);
      passed("upgrade");
      resolve(socket);
    });
  });
}

/** HTTP/1.1 and no compression, as nginx forwards it; the certificate is verified whatever the environment says. */
function start({ url, headers, protocols, ca, passed }: Opening): WebSocket {
  if (isIP(bareHost(url))) passed("name");
  return new WebSocket(url, protocols, {
    headers,
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: true,
    perMessageDeflate: false,
    finishRequest: (request) => {
      watch(request, passed);
      request.end();
    },
  });
}

function watch(request: ClientRequest, passed: Opening["passed"]) {
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
  const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / 86_400_000);
  return `${socket.getProtocol()}, ${days} days left`;
}

/** An answer that is no upgrade: its first words often name the layer that gave it. */
async function readAnswer(response: IncomingMessage): Promise<Omit<Seen, "url">> {
  const { statusCode: status = 0, headers } = response;
  const body = await firstWords(response);
  return { status, ...(headers.location && { location: headers.location }), ...(body && { body }) };
}

async function firstWords(response: IncomingMessage): Promise<string> {
  let text = "";
  const limit = AbortSignal.timeout(1_000);
  limit.addEventListener("abort", () => response.destroy());
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (text.length > 2_000) break;
    }
  } catch {
    // Cut off in the middle: what came is enough.
  }
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
  return Number(url.port) || (url.protocol === "wss:" ? 443 : 80);
}
