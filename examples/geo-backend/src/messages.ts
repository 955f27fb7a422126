import type { User } from "./tokens.ts";

export interface Topic {
  id: string;
  title: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

export type ClientMessage =
  | { type: "auth"; token: string }
  | { type: "ping"; plain: boolean }
  | { type: "create_topic"; title: string }
  | { type: "delete_topic"; id: string };

export type Command = Exclude<ClientMessage, { type: "auth" }>;

export type ErrorCode =
  | "bad_message"
  | "bad_title"
  | "not_saved"
  | "too_many_connections"
  | "too_many_messages"
  | "too_many_topics"
  | "unauthorized"
  | "unknown_topic";

export type ServerMessage =
  | { type: "connected" }
  | { type: "authenticated"; user: User }
  | { type: "subscribed"; topics: Topic[] }
  | { type: "pong" }
  | { type: "topic_created"; topic: Topic }
  | { type: "topic_deleted"; id: string }
  | { type: "error"; code: ErrorCode; message: string };

/** Something the client asked for and does not get; it is told so, and the connection stays. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * A client's text frame: JSON, or the bare text `ping`.
 *
 * @throws Refusal `bad_message` that says what was expected
 */
export function readMessage(text: string): ClientMessage {
  if (text === "ping") return { type: "ping", plain: true };
  const message = parseObject(text);
  switch (message.type) {
    case "auth":
      return { type: "auth", token: member(message, "token") };
    case "ping":
      return { type: "ping", plain: false };
    case "create_topic":
      return { type: "create_topic", title: member(message, "title") };
    case "delete_topic":
      return { type: "delete_topic", id: member(message, "id") };
    default:
      throw bad('expected "type" to be auth, ping, create_topic or delete_topic');
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad("expected JSON");
  }
  if (typeof value !== "object" || value === null) throw bad("expected a JSON object");
  return { ...value };
}

function member(message: Record<string, unknown>, name: string): string {
  const value = message[name];
  if (typeof value !== "string") throw bad(`${message.type}: expected "${name}" to be a string`);
  return value;
}

function bad(message: string): Refusal {
  return new Refusal("bad_message", message);
}
