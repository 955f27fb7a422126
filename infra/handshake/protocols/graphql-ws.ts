// GraphQL over WebSocket, subprotocol graphql-transport-ws: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
import type { Client } from "../client.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { Stopped } from "../seen.ts";
import type { Json } from "../values.ts";
import { awaitFrame, membersOf } from "./await.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";

type Options = PresetOptions<"graphql-ws">;

/** connection_init with its payload, ping and pong, and an operation where one is given. */
export function graphqlWs(options: Options): Protocol {
  return {
    name: "graphql-ws",
    hops: {
      entry: [{ name: "connection_ack", about: "token" }],
      proof: [{ name: "ping", about: "ping" }, ...(options.operation ? [{ name: "operation" }] : [])],
    },
    showsToken: true,
    enter: (way) => enter(way, options),
    prove: (way, session) => prove(way, session, options),
  };
}

async function enter(way: Way, options: Options): Promise<Session> {
  const client = await way.open(openingOf(way, { ...options, protocols: ["graphql-transport-ws"] }));
  client.answerWith((frame) => (membersOf(frame)?.type === "ping" ? say({ type: "pong" }) : undefined));
  client.send(say({ type: "connection_init", payload: payloadOf(way, options) }));
  await expectType(way, client, ["connection_ack"]);
  way.pass();
  return { client, ping: () => ping(way, client) };
}

function payloadOf(way: Way, { payload, ...options }: Options): Json {
  if (payload) return filled(way, payload);
  return inUsualPlace(way, options) ? { token: way.token } : {};
}

async function ping(way: Way, client: Client): Promise<void> {
  client.send(say({ type: "ping" }));
  await expectType(way, client, ["pong"]);
}

async function prove(way: Way, { client }: Session, { operation, variables = {} }: Options): Promise<void> {
  await ping(way, client);
  way.pass();
  if (operation === undefined) return;
  client.send(
    say({ id: "1", type: "subscribe", payload: { query: operation, variables: filled(way, variables) } }),
  );
  const { type, payload } = await expectType(way, client, ["next", "error"]);
  if (type === "error") throw new Stopped({ url: way.url.href, refused: JSON.stringify(payload) });
  client.send(say({ id: "1", type: "complete" }));
  way.pass();
}

const say = (message: Json) => JSON.stringify(message);

function expectType(way: Way, client: Client, types: readonly string[]) {
  const expected = types.map((type) => `{"type":"${type}"}`).join(" or ");
  return awaitFrame(
    client,
    (frame) => {
      const message = membersOf(frame);
      return message && types.includes(String(message.type)) ? message : undefined;
    },
    { withinMs: way.timeoutMs, expected },
  );
}
