import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: process.env.PORT, host: process.env.HOST, path: "/chat" });

// What one says, every other one hears.
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    for (const other of server.clients) if (other !== socket) other.send(data.toString());
  });
});
