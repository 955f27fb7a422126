import type { HandshakeScript, HandshakeStep } from "../script.ts";

const step = (given: Pick<HandshakeStep, "name"> & Partial<HandshakeStep>): HandshakeStep => ({
  client: 1,
  cleanup: false,
  ...given,
});

/**
 * The flow of the example backend, as its page goes through it: the first client sends its token as a message, the
 * second one, of the same account, in its URL; what one does, the other sees.
 */
export const exampleScript: HandshakeScript = {
  clients: { 2: { query: { token: "${token}" } } },
  steps: [
    step({ name: "connected", expect: { type: "connected" } }),
    step({
      name: "token",
      send: { type: "auth", token: "${token}" },
      expect: { type: "authenticated", user: { id: "${user}", name: "${name}" } },
    }),
    step({ name: "subscribed", expect: { type: "subscribed" } }),
    step({ name: "ping", send: { type: "ping" }, expect: { type: "pong" } }),
    step({ name: "second client", client: 2, expect: { type: "subscribed" } }),
    step({
      name: "create",
      send: { type: "create_topic", title: "handshake ${nonce}" },
      expect: { type: "topic_created", topic: { id: "${topic}", title: "handshake ${nonce}" } },
    }),
    step({ name: "sync", client: 2, expect: { type: "topic_created", topic: { id: "${topic}" } } }),
    step({
      name: "delete",
      send: { type: "delete_topic", id: "${topic}" },
      expect: { type: "topic_deleted", id: "${topic}" },
      cleanup: true,
    }),
  ],
  logLines: [
    "\\[WebSocket\\] New connection attempt",
    "\\[WebSocket\\] User ${name} \\(ID: ${user}\\) authenticated",
    "\\[WebSocket\\] User ${user} subscribed\\. Total connections: \\d+",
    "\\[WebSocket\\] Received message from user ${user}: ping",
  ],
  logWithin: 6_000,
};
