// Dials the address and port of its arguments and prints how that ended: connected, refused or silence.
import { connect } from "node:net";

const [host, port, timeout] = process.argv.slice(2);
const socket = connect({ host, port: Number(port), timeout: Number(timeout) });

function end(result) {
  console.log(result);
  socket.destroy();
}

socket.once("connect", () => end("connected"));
socket.once("timeout", () => end("silence"));
socket.once("error", ({ code }) => end(code === "ECONNREFUSED" ? "refused" : code));
