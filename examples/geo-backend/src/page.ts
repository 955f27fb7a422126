import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { readPublicFiles, type ServedFile } from "./files.ts";
import type { Services } from "./services.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const everywhere = {
  "Content-Security-Policy": policy,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Answers every request that is not an upgrade: the page, `/healthz`, or an error in plain text. */
export async function pageListener(services: Services): Promise<RequestListener> {
  const { websocketPath } = services.configuration;
  const files = await readPublicFiles(websocketPath);
  return (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    for (const [name, value] of Object.entries(everywhere)) response.setHeader(name, value);
    if (request.method !== "GET" && request.method !== "HEAD") return refuseMethod(response);
    const file = files.get(path);
    if (file) return sendFile(request, response, file);
    if (path === "/healthz") return sendHealth(response, services);
    if (path === websocketPath) return refuseWithoutUpgrade(response);
    sendText(response, 404, "not found");
  };
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: ServedFile): void {
  response.setHeader("ETag", file.etag);
  response.setHeader("Cache-Control", "no-cache");
  if (isFresh(request.headers["if-none-match"], file.etag)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "Content-Type": file.type, "Content-Length": file.body.length });
  response.end(file.body);
}

/** A proxy that compresses makes the tag a weak one, which is as good here. */
function isFresh(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

function sendHealth(response: ServerResponse, { connections }: Services): void {
  const { accepting, subscribed } = connections;
  const health = { status: accepting ? "ok" : "stopping", connections: subscribed };
  response.writeHead(accepting ? 200 : 503, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
  });
  response.end(`${JSON.stringify(health)}\n`);
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader("Allow", "GET, HEAD");
  sendText(response, 405, "expected GET or HEAD");
}

function refuseWithoutUpgrade(response: ServerResponse): void {
  response.setHeader("Upgrade", "websocket");
  sendText(response, 426, "expected a WebSocket upgrade; do the Upgrade headers reach the backend?");
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(`${text}\n`);
}
