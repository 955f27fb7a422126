import { createServer } from "node:http";
import { createRequire } from "node:module";
import { useServer } from "graphql-ws/use/ws";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

// The very module that graphql-ws loads: it knows no schema of another one.
const { buildSchema } = createRequire(import.meta.url)("graphql") as typeof import("graphql");
const schema = buildSchema("type Query { hello: String } type Subscription { ticks: Int }");

async function startGraphql({ strict = false } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ server: http, path: "/graphql" });
  const roots = {
    query: { hello: "world" },
    subscription: {
      ticks: async function* () {
        yield { ticks: 1 };
      },
    },
  };
  const onConnect = ({ connectionParams }: { connectionParams?: Readonly<Record<string, unknown>> }) =>
    !strict || connectionParams?.token === token;
  const disposable = useServer({ schema, roots, onConnect }, server);
  return serve(http, "/graphql", () => disposable.dispose());
}

test("connection_init, ping, and an operation", async () => {
  await using server = await startGraphql({ strict: true });
  expect(await prove(server.url, "graphql-ws")).toEqual({
    failures: [],
    ok: ["name", "tcp", "upgrade", "connection_ack", "ping", "close"],
    notAsked: ["sync", "log"],
  });
  for (const operation of ["{ hello }", "subscription { ticks }"]) {
    const { failures, ok } = await prove(server.url, { preset: "graphql-ws", operation });
    expect(failures).toEqual([]);
    expect(ok).toContain("operation");
  }
});

test("an operation that the schema does not know is told in the server's words", async () => {
  await using server = await startGraphql();
  const { failures } = await prove(server.url, { preset: "graphql-ws", operation: "{ nothing }" });
  expect(failures[0]).toMatch(/^operation: the backend did not let the client in: .*Cannot query field/);
});

test("a wrong token is refused, and a payload of its own is sent", async () => {
  await using server = await startGraphql({ strict: true });
  expect(await wrongToken(server.url, "graphql-ws")).toBe("refused");
  expect(await wrongToken(server.url, { preset: "graphql-ws", payload: { token: "${token}" } })).toBe(
    "refused",
  );
  const { failures } = await prove(server.url, {
    preset: "graphql-ws",
    payload: { authorization: "${token}" },
  });
  expect(failures[0]).toMatch(/^connection_ack: the backend refused the token \(4403 Forbidden\)/);
});
