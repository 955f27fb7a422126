import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { inOneLine } from "./log.ts";
import { isOriginAllowed } from "./origin.ts";
import { Rejection, reject } from "./rejection.ts";
import type { Services } from "./services.ts";
import { Session } from "./session.ts";
import { BadToken, type Identity } from "./tokens.ts";

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

/** Answers every `Upgrade` request: a session, or an HTTP status that says why not. */
export function upgradeListener(services: Services): UpgradeListener {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: services.configuration.maxMessageBytes,
  });
  return async (request, socket, head) => {
    // Until ws listens itself: a client that hangs up now must not end the process.
    const ignore = () => undefined;
    socket.on("error", ignore);
    try {
      const identity = await admit(services, request, socket);
      socket.off("error", ignore);
      server.handleUpgrade(request, socket, head, (client) => new Session(services, client).open(identity));
    } catch (error) {
      reject(socket, asRejection(services, error));
    }
  };
}

/** The guards, in the order of the handshake. */
async function admit(services: Services, request: IncomingMessage, socket: Duplex) {
  const { configuration, connections, log } = services;
  const { pathname, searchParams } = requestUrl(request);
  if (pathname !== configuration.websocketPath) throw new Rejection(404, "no WebSocket here");
  log.info("[WebSocket] New connection attempt");
  if (!isOriginAllowed(request.headers, configuration.allowedOrigins)) {
    throw new Rejection(403, `pages of ${request.headers.origin} may not connect; see ALLOWED_ORIGINS`);
  }
  if (!connections.reserve(socket)) throw new Rejection(503, "too many connections");
  const token = searchParams.get("token");
  const identity = token === null ? undefined : await identify(services, token);
  if (!connections.accepting) throw new Rejection(503, "restarting");
  return identity;
}

async function identify({ verify, connections }: Services, token: string): Promise<Identity> {
  const identity = await verify(token);
  if (connections.isFull(identity.user.id)) throw new Rejection(429, "too many windows of this account");
  return identity;
}

function requestUrl({ url = "" }: IncomingMessage): URL {
  const base = "http://backend";
  if (!URL.canParse(url, base)) throw new Rejection(400, "expected a path");
  return new URL(url, base);
}

function asRejection({ log }: Services, error: unknown): Rejection {
  const rejection = error instanceof BadToken ? new Rejection(401, error.message) : error;
  if (rejection instanceof Rejection) {
    log.info(`[WebSocket] Connection refused (HTTP ${rejection.status}): ${inOneLine(rejection.message)}`);
    return rejection;
  }
  log.error(`[geo-backend] ${inOneLine(error)}`);
  return new Rejection(500, "internal error");
}
