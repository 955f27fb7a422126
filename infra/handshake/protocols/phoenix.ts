// Phoenix channels, serializer 2.0.0: https://hexdocs.pm/phoenix/writing_a_channels_client.html.
import type { Client } from "../client.ts";
import { textOf } from "../frame.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { Stopped } from "../seen.ts";
import type { Json } from "../values.ts";
import { awaitFrame, jsonIn } from "./await.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";

type Options = PresetOptions<"phoenix">;

/** The transport drops a client from which nothing came for a minute. */
const heartbeatMs = 30_000;

/** The socket with its params, the heartbeat, and a topic where one is given. */
export function phoenix(options: Options): Protocol {
  return {
    name: "phoenix",
    hops: {
      entry: options.topic ? [{ name: "join", about: "token" }] : [],
      proof: [{ name: "heartbeat", about: "ping" }],
    },
    showsToken: true,
    enter: (way) => enter(way, options),
    async prove(way, session) {
      await session.ping?.();
      way.pass();
    },
  };
}

async function enter(way: Way, options: Options): Promise<Session> {
  const token = inUsualPlace(way, options) ? { token: "${token}" } : {};
  const opening = openingOf(way, { ...options, query: { vsn: "2.0.0", ...token, ...options.query } });
  if (options.authToken !== undefined)
    opening.protocols = ["phoenix", bearer(String(filled(way, options.authToken)))];
  // The transport has a path of its own below that of the socket.
  if (!opening.url.pathname.endsWith("/websocket"))
    opening.url.pathname = `${opening.url.pathname.replace(/\/$/, "")}/websocket`;
  const channel = new Channel(way, await way.open(opening));
  if (options.topic !== undefined) {
    await channel.ask("1", String(filled(way, options.topic)), "phx_join", filled(way, options.payload));
    way.pass();
  }
  return {
    client: channel.client,
    ping: () => channel.ask(null, "phoenix", "heartbeat", {}),
    alive: { everyMs: heartbeatMs, send: () => void channel.say(null, "phoenix", "heartbeat", {}) },
  };
}

/**
 * A browser's client can set no header, so the token travels as a subprotocol, which the server does not choose. Whatever
 * the name says, client and server mean plain base64 without its padding.
 */
const bearer = (token: string) =>
  `base64url.bearer.phx.${Buffer.from(token).toString("base64").replaceAll("=", "")}`;

class Channel {
  readonly client: Client;
  readonly #way: Way;
  #reference = 0;

  constructor(way: Way, client: Client) {
    this.#way = way;
    this.client = client;
  }

  say(join: string | null, topic: string, event: string, payload: Json): string {
    this.#reference += 1;
    const reference = String(this.#reference);
    this.client.send(JSON.stringify([join, reference, topic, event, payload]));
    return reference;
  }

  async ask(join: string | null, topic: string, event: string, payload: Json): Promise<void> {
    const reference = this.say(join, topic, event, payload);
    const reply = await awaitFrame(
      this.client,
      (frame) => {
        const message = jsonIn(textOf(frame));
        if (!Array.isArray(message) || message[1] !== reference || message[3] !== "phx_reply")
          return undefined;
        return message[4] as { status?: Json } | undefined;
      },
      { withinMs: this.#way.timeoutMs, expected: `phx_reply to ${event} of ${topic}` },
    );
    if (reply?.status !== "ok")
      throw new Stopped({ url: this.#way.url.href, refused: `${topic}: ${JSON.stringify(reply)}` });
  }
}
