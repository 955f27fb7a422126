// Sends back every message of a WebSocket, up to 125 bytes long, by hand: nothing else takes time here.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const [close, ping, pong] = [8, 9, 10];
const server = createServer((_, response) => response.end("echo\n"));

server.on("upgrade", ({ headers }, socket) => {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${guid}`).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
  socket.setNoDelay(true);
  let rest = Buffer.alloc(0);
  socket.on("data", (data) => {
    rest = answer(socket, rest.length > 0 ? Buffer.concat([rest, data]) : data);
  });
  socket.on("error", () => socket.destroy());
});

/** Answers each whole frame, and returns what is left of the last one. */
function answer(socket, bytes) {
  for (let at = 0; ; ) {
    const length = bytes.length - at < 6 ? 0 : bytes[at + 1] & 127;
    if (length > 125) socket.destroy();
    const end = at + 6 + length;
    if (bytes.length < end) return bytes.subarray(at);
    reply(socket, bytes[at] & 15, unmasked(bytes.subarray(at + 2, end)));
    at = end;
  }
}

const unmasked = (bytes) => bytes.subarray(4).map((byte, i) => byte ^ bytes[i % 4]);

function reply(socket, kind, text) {
  if (kind === pong) return;
  socket.write(Buffer.concat([Buffer.from([0x80 | (kind === ping ? pong : kind), text.length]), text]));
  if (kind === close) socket.end();
}

server.listen(Number(process.env.PORT), process.env.HOST);
