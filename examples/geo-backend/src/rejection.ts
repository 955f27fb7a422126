import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The upgrade is not granted: an HTTP answer instead of a WebSocket. */
export class Rejection extends Error {
  override name = "Rejection";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers in place of the upgrade, and closes. */
export function reject(socket: Duplex, { status, message }: Rejection): void {
  const body = `${message}\n`;
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 503 ? ["Retry-After: 5"] : []),
      "",
      body,
    ].join("\r\n"),
  );
}
