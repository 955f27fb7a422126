import type { HandshakeScriptInput } from "./script.ts";

/**
 * The flow of the example backend, as its page goes through it: the first client sends its token as a message, the
 * second one, of the same account, in its URL; what one does, the other sees.
 */
export const exampleScript: HandshakeScriptInput = {
  clients: { 2: { query: { token: "${token}" } } },
  steps: [
    { name: "connected", expect: { type: "connected" } },
    {
      name: "token",
      send: { type: "auth", token: "${token}" },
      expect: { type: "authenticated", user: { id: "${user}", name: "${name}" } },
    },
    { name: "subscribed", expect: { type: "subscribed" } },
    { name: "ping", send: { type: "ping" }, expect: { type: "pong" } },
    { name: "second client", client: 2, expect: { type: "subscribed" } },
    {
      name: "create",
      send: { type: "create_topic", title: "handshake ${nonce}" },
      expect: { type: "topic_created", topic: { id: "${topic}", title: "handshake ${nonce}" } },
    },
    { name: "sync", client: 2, expect: { type: "topic_created", topic: { id: "${topic}" } } },
    {
      name: "delete",
      send: { type: "delete_topic", id: "${topic}" },
      expect: { type: "topic_deleted", id: "${topic}" },
      cleanup: true,
    },
  ],
  logLines: [
    "\\[WebSocket\\] New connection attempt",
    "\\[WebSocket\\] User ${name} \\(ID: ${user}\\) authenticated",
    "\\[WebSocket\\] User ${user} subscribed\\. Total connections: \\d+",
    "\\[WebSocket\\] Received message from user ${user}: ping",
  ],
};
