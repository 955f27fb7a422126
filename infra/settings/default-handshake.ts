import { resolve } from "node:path";
import { type Handshake, parseHandshake } from "../handshake/handshake.ts";
import { exampleBackend } from "../package-root.ts";

/**
 * How a backend is proven: as configured, else the example by its own flow, and any other as a plain WebSocket server.
 */
export function handshakeOf(settings: {
  handshake?: Handshake | undefined;
  backendSource?: string | undefined;
}): Handshake {
  const { handshake, backendSource = exampleBackend } = settings;
  return handshake ?? parseHandshake(resolve(backendSource) === exampleBackend ? "example" : "plain");
}

/** Whether a token made with TOKEN_SECRET is what its clients show: the example's, and those of a script that says so. */
export function takesMadeToken(handshake: Handshake): boolean {
  return "preset" in handshake
    ? handshake.preset === "example"
    : JSON.stringify(handshake).includes("${token}");
}
