import { type WebSocket, WebSocketServer } from "ws";
import type { ServerCertificate } from "./certificate.ts";
import { httpServer, type Listening, listen } from "./listen.ts";

interface Message {
  type: string;
  token?: string;
  title?: string;
  id?: string;
}

/** What a test changes in a healthy backend: `true` where it dealt with the message itself. */
export interface Fault {
  onConnection?: (socket: WebSocket) => boolean;
  onMessage?: (message: Message, socket: WebSocket) => boolean;
}

export interface Backend extends Listening {
  /** What the real one writes into its log. */
  log: string[];
  topics: Map<string, string>;
  /** The types of all messages, in order. */
  received: string[];
}

export interface BackendOptions {
  token: string;
  fault?: Fault;
  certificate?: ServerCertificate;
}

const account = { id: "2", name: "lzc2005" };

/** The protocol of the example backend, in the smallest form: healthy but for the fault that a test puts in. */
export async function startBackend({ token, fault = {}, certificate }: BackendOptions): Promise<Backend> {
  const http = httpServer(certificate);
  const server = new WebSocketServer({ noServer: true });
  const state = { log: [] as string[], topics: new Map<string, string>(), received: [] as string[] };
  const subscribed = new Set<WebSocket>();
  const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));
  const tellAll = (message: object) => {
    for (const socket of subscribed) say(socket, message);
  };

  function subscribe(socket: WebSocket) {
    subscribed.add(socket);
    say(socket, { type: "authenticated", user: account });
    say(socket, { type: "subscribed", topics: [] });
    state.log.push(`[WebSocket] User ${account.name} (ID: ${account.id}) authenticated`);
    state.log.push(`[WebSocket] User ${account.id} subscribed. Total connections: ${subscribed.size}`);
  }

  function answer(socket: WebSocket, message: Message) {
    if (message.type === "auth" && message.token !== token) socket.close(1008, "bad token");
    else if (message.type === "auth") subscribe(socket);
    else if (message.type === "ping") say(socket, { type: "pong" });
    else if (message.type === "create_topic") create(message.title ?? "");
    else if (message.type === "delete_topic") remove(message.id ?? "");
  }

  function create(title: string) {
    const id = `topic-${state.received.length}`;
    state.topics.set(id, title);
    tellAll({ type: "topic_created", topic: { id, title, createdAt: "2026-01-01T00:00:00Z" } });
  }

  function remove(id: string) {
    state.topics.delete(id);
    tellAll({ type: "topic_deleted", id });
  }

  server.on("connection", (socket, request) => {
    state.log.push("[WebSocket] New connection attempt");
    if (fault.onConnection?.(socket)) return;
    say(socket, { type: "connected" });
    if (request.url?.includes("token=")) subscribe(socket);
    socket.on("close", () => subscribed.delete(socket));
    socket.on("message", (data) => {
      const message = JSON.parse(data.toString()) as Message;
      state.received.push(message.type);
      if (message.type === "ping")
        state.log.push(`[WebSocket] Received message from user ${account.id}: ping`);
      if (!fault.onMessage?.(message, socket)) answer(socket, message);
    });
  });
  http.on("upgrade", (request, socket, head) => {
    const sent = new URL(request.url ?? "/", "ws://localhost").searchParams.get("token");
    if (sent !== null && sent !== token) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    server.handleUpgrade(request, socket, head, (each) => server.emit("connection", each, request));
  });
  return Object.assign(await listen(http), state);
}
