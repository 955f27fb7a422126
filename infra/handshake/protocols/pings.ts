import type { Hop } from "../hops.ts";
import type { Session, Way } from "../protocol.ts";

/** For protocols in which a client has no ping of its own: every WebSocket endpoint answers a ping frame. */
export const pingFrameHop: Hop = { name: "ping frame", about: "ping" };

export async function provePingFrame(way: Way, { client }: Session): Promise<void> {
  await client.pingFrame(way.timeoutMs);
  way.pass();
}
