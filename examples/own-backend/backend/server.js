import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer((_, response) => response.end("own backend\n"));

new WebSocketServer({ server, path: "/ws" }).on("connection", (socket) => {
  socket.send(JSON.stringify({ type: "welcome", greeting: process.env.GREETING }));
  socket.on("message", (data) => {
    if (JSON.parse(data).type === "ping") socket.send(JSON.stringify({ type: "pong" }));
  });
});

server.listen(process.env.PORT, process.env.HOST);
