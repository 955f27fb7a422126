import { get } from "node:http";
import { expect, test } from "vitest";
import { start } from "./support/start.ts";

test.each([
  ["/", "text/html; charset=utf-8"],
  ["/page.js", "text/javascript; charset=utf-8"],
  ["/style.css", "text/css; charset=utf-8"],
  ["/icon.svg", "image/svg+xml"],
])("serves %s as %s", async (path, type) => {
  await using backend = await start();
  const response = await fetch(`${backend.httpUrl}${path}?query`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(type);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self';/);
});

test("answers 304 to whom has the file, also when a proxy made the tag a weak one", async () => {
  await using backend = await start();
  const etag = (await fetch(backend.httpUrl)).headers.get("etag") ?? "";
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const response = await fetch(backend.httpUrl, { headers: { "If-None-Match": tag } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
  }
});

test("answers HEAD without a body", async () => {
  await using backend = await start();
  const response = await fetch(backend.httpUrl, { method: "HEAD" });
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(500);
  expect(await response.text()).toBe("");
});

test("tells the page where the WebSocket is", async () => {
  await using backend = await start({ websocketPath: "/live/ws" });
  const html = await (await fetch(backend.httpUrl)).text();
  expect(html).toContain('<meta name="websocket-path" content="/live/ws"');
});

test.each([
  "/../src/server.ts",
  "/%2e%2e/package.json",
  "/..%2fpackage.json",
  "//etc/passwd",
  "/constructor",
  "/nothing",
])("answers 404 to %s", async (path) => {
  await using backend = await start();
  expect(await status(backend.port, path)).toBe(404);
});

test("answers 405 to anything but GET and HEAD", async () => {
  await using backend = await start();
  const response = await fetch(backend.httpUrl, { method: "POST" });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("says that it is healthy, and how many are connected", async () => {
  await using backend = await start();
  await backend.window();
  const response = await fetch(`${backend.httpUrl}/healthz`);
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", connections: 1 }]);
});

/** Sends the path as it is; fetch would tidy it up. */
function status(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, path }, (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
}
