import type { Server } from "node:http";
import type { HandshakeInput } from "../../../../infra/handshake/handshake.ts";
import { parseHandshake } from "../../../../infra/handshake/handshake.ts";
import { protocolOf } from "../../../../infra/handshake/protocols/table.ts";
import { proveHandshake } from "../../../../infra/handshake/prove.ts";
import { askWrongToken } from "../../../../infra/handshake/wrong-token.ts";
import { listen } from "../support/listen.ts";

export const token = "good-token";

/** A real server of a protocol, on a free port; `url` with the path that its clients use. */
export async function serve(http: Server, path: string, end: () => unknown = () => {}) {
  const listening = await listen(http);
  return {
    url: `ws://127.0.0.1:${listening.port}${path}`,
    async [Symbol.asyncDispose]() {
      await end();
      await listening[Symbol.asyncDispose]();
    },
  };
}

interface Asked {
  timeoutMs?: number;
  token?: string;
}

/** The proof as `up` makes it: what failed, and the hops of the protocol with their state. */
export async function prove(
  url: string,
  handshake: HandshakeInput,
  { timeoutMs = 3_000, ...asked }: Asked = {},
) {
  const report = await proveHandshake({ urls: [url], handshake, timeoutMs, token: asked.token ?? token });
  // Whether a wrong token is refused has tests of its own.
  const rows = report.rows.filter(({ hop }) => hop !== "wrong token");
  return {
    failures: report.failures.map(({ hop, cause }) => `${hop}: ${cause}`),
    ok: rows.filter(({ status }) => status === "ok").map(({ hop }) => hop),
    notAsked: rows.filter(({ status }) => status === "not asked").map(({ hop }) => hop),
  };
}

/** What `diagnose` asks about a wrong token. */
export async function wrongToken(url: string, handshake: HandshakeInput, known = token) {
  const names = { ssh: "ssh ubuntu@host", application: "geo-backend" };
  const protocol = protocolOf(parseHandshake(handshake));
  return (await askWrongToken({ url, protocol, token: known, timeoutMs: 2_000, names })).answer;
}
