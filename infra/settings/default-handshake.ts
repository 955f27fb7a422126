import { resolve } from "node:path";
import { type Handshake, parseHandshake } from "../handshake/handshake.ts";
import { exampleBackend } from "../package-root.ts";
import { isHttpOnly, type RouteSettings } from "./routes.ts";

/**
 * How a backend is proven: as configured, else by a request where it has no WebSocket, the example by its own flow, and any
 * other as a plain WebSocket server.
 */
export function handshakeOf(settings: {
  handshake?: Handshake | undefined;
  backendSource?: string | undefined;
  routes?: RouteSettings["routes"];
}): Handshake {
  const { handshake, backendSource = exampleBackend, routes } = settings;
  if (!handshake && isHttpOnly({ routes })) return parseHandshake("http");
  return handshake ?? parseHandshake(resolve(backendSource) === exampleBackend ? "example" : "plain");
}

/** Whether a token made with TOKEN_SECRET is what its clients show: the example's, and those of a script that says so. */
export function takesMadeToken(handshake: Handshake): boolean {
  return "preset" in handshake
    ? handshake.preset === "example"
    : JSON.stringify(handshake).includes("${token}");
}
