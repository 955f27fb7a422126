import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ api: "ready" }));
});

new WebSocketServer({ server, path: "/ws" }).on("connection", (socket) => {
  socket.on("message", (data) => socket.send(data.toString()));
});

server.listen(process.env.PORT, process.env.HOST);
