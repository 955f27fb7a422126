import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gatherFacts } from "../../infra/host/gather.ts";
import { stepPlan } from "../../infra/preview/plan.ts";
import type { Release } from "../../infra/render/release.ts";
import type { FixtureBackend } from "./support/backend.ts";
import { startBackendHost, type Users } from "./support/users.ts";

/* An application that a person started under the name of ours, with users, and the first release that takes its place. */
const byHand = `const { createHash } = require("node:crypto");
const accept = (key) => createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
require("node:http")
  .createServer((_, answer) => answer.end("by hand"))
  .on("upgrade", ({ headers }, socket) =>
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
      "Sec-WebSocket-Accept: " + accept(headers["sec-websocket-key"]) + "\\r\\n\\r\\n"))
  .listen(3000, "127.0.0.1");
`;

let backend: FixtureBackend;
let users: Users;
let one: Release;

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("held"));
  await backend.host.run("cat > server.js", { input: byHand });
  await backend.login("pm2 start server.js --name geo-backend && pm2 save");
  one = await backend.release("one");
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

async function reach(): Promise<string> {
  const { info, address } = backend.host;
  const login = { ...info, host: address, privateKey: readFileSync(info.keyPath, "utf8") };
  const payload = backend.payload(one);
  const facts = await gatherFacts(login, new Map([["backend", payload]]));
  return stepPlan("backend", facts, { payload, options: {} }).reach.text;
}

it("keeps its users until the deadline that the preview names, and rejects no client meanwhile", async () => {
  const held = await users.connectAll(12);
  expect(await reach()).toBe("application geo-backend is taken over: 12 live connections are cut after 7 s");
  const said = await users.unnoticed(() => backend.apply(one));
  // Of those who come every 20 ms some are connected in that moment, too.
  expect(said).toMatch(/of \d+ connections, 12 did not leave within [78] s and were cut/); // rounded, on a busy host
  expect(new Set((await Promise.all(held.map(({ closed }) => closed))).map(({ code }) => code))).toEqual(
    new Set([1006]),
  );
  expect(await backend.host.run("curl -sf http://127.0.0.1:3001/")).toContain('"one"');
  expect(await backend.check()).toBe("unchanged");
});
