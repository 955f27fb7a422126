import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { serve, token } from "../protocols/support.ts";

/** As far as the proof goes: who connects with the account hears what anyone sends. */
export async function stomp() {
  const http = createServer();
  const all = new Set<WebSocket>();
  new WebSocketServer({ server: http }).on("connection", (socket) =>
    socket.on("message", (data) => {
      const frame = `${data}`;
      const known = frame.includes("\nlogin:proof\n") && frame.includes(`\npasscode:${token}\n`);
      if (frame.startsWith("CONNECT\n"))
        socket.send(known ? "CONNECTED\nversion:1.2\n\n\0" : "ERROR\nmessage:Access refused\n\n\0");
      else if (frame.startsWith("SUBSCRIBE\n")) all.add(socket);
      else for (const each of all) each.send(frame.replace("SEND\n", "MESSAGE\n"));
    }),
  );
  return serve(http, "/stomp");
}

/** A hub that lets in who negotiates with the token, and whose methods all succeed. */
export async function signalr() {
  const http = createServer(({ headers }, response) => {
    if (headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end();
    return response.end(
      JSON.stringify({ connectionToken: "1", availableTransports: [{ transport: "WebSockets" }] }),
    );
  });
  new WebSocketServer({ server: http }).on("connection", (socket) =>
    socket.on("message", (data) => {
      const { invocationId, type } = JSON.parse(`${data}`.slice(0, -1));
      socket.send(`${JSON.stringify(type === 1 ? { type: 3, invocationId } : {})}\x1e`);
    }),
  );
  return serve(http, "/hub");
}
