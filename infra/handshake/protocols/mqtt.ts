// MQTT 3.1.1 and 5 over WebSocket, subprotocol mqtt.
import { randomBytes } from "node:crypto";
import type { Client } from "../client.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { Stopped } from "../seen.ts";
import { awaitFrame } from "./await.ts";
import { meaning } from "./mqtt-codes.ts";
import {
  type Account,
  connectPacket,
  type Kind,
  kinds,
  type Packet,
  PacketReader,
  pingPacket,
  publishPacket,
  subscribePacket,
} from "./mqtt-packets.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";

type Options = PresetOptions<"mqtt">;

/** Well within the keep-alive that CONNECT names, and within a shorter one that a broker of MQTT 5 may ask for. */
const aliveMs = 15_000;

/** CONNECT with its account, PINGREQ, and a message from one client to another where a topic is given. */
export function mqtt(options: Options): Protocol {
  return {
    name: "mqtt",
    hops: {
      entry: [{ name: "CONNACK", about: "token" }],
      proof: [
        { name: "PINGRESP", about: "ping" },
        ...(options.topic ? [{ name: "publish", about: "sync" as const }] : []),
      ],
    },
    showsToken: true,
    async enter(way) {
      const broker = await Broker.connect(way, options);
      way.pass();
      const alive = { everyMs: aliveMs, send: () => broker.client.send(pingPacket()) };
      return { client: broker.client, ping: () => broker.ping(), alive };
    },
    async prove(way, session) {
      await session.ping?.();
      way.pass();
      if (options.topic !== undefined) await provePublish(way, session, options);
    },
  };
}

/** By two clients: a message must reach another one than its sender. */
async function provePublish(way: Way, session: Session, options: Options): Promise<void> {
  const topic = String(filled(way, options.topic ?? ""));
  const payload = `handshake ${randomBytes(6).toString("hex")}`;
  const other = await Broker.connect(way, { ...options, clientId: undefined });
  await other.subscribe(topic);
  session.client.send(publishPacket(options.version, topic, payload));
  await other.expect("publish", {
    holds: ({ body }) => body.includes(payload),
    // Brokers drop what an account may not write or read, and say nothing.
    expected: `PUBLISH of ${topic}, which this account must be allowed to write and to read,`,
  });
  way.pass();
}

interface Expected {
  holds?: (packet: Packet) => boolean;
  /** For a person. */
  expected?: string;
}

/** A connection of which packets are read, whatever frames they come in. */
class Broker {
  readonly client: Client;
  readonly #way: Way;
  readonly #options: Options;
  readonly #reader = new PacketReader();

  static async connect(way: Way, options: Options): Promise<Broker> {
    const client = await way.open(openingOf(way, { ...options, protocols: ["mqtt"] }));
    const broker = new Broker(way, client, options);
    await broker.#connect();
    return broker;
  }

  private constructor(way: Way, client: Client, options: Options) {
    this.client = client;
    this.#way = way;
    this.#options = options;
  }

  async #connect(): Promise<void> {
    this.client.send(connectPacket(this.#options.version, accountOf(this.#way, this.#options)));
    const { body } = await this.expect("connack");
    const code = body[1] ?? 0;
    if (code !== 0) throw this.#refused(`CONNACK ${meaning(code)}`);
  }

  async ping(): Promise<void> {
    this.client.send(pingPacket());
    await this.expect("pingresp");
  }

  async subscribe(topic: string): Promise<void> {
    this.client.send(subscribePacket(this.#options.version, topic));
    const granted = (await this.expect("suback")).body.at(-1) ?? 0;
    if (granted >= 128) throw this.#refused(`SUBACK ${meaning(granted)} for ${topic}`);
  }

  /** A packet may come in several frames, and several in one: every frame is taken, in order. */
  async expect(
    kind: Kind,
    { holds = () => true, expected = kind.toUpperCase() }: Expected = {},
  ): Promise<Packet> {
    const until = performance.now() + this.#way.timeoutMs;
    for (;;) {
      const wait = { withinMs: Math.max(1, until - performance.now()), expected };
      const { data } = await awaitFrame(this.client, (frame) => frame, wait);
      const packets = this.#reader.read(data);
      const packet = packets.find((each) => each.kind === kinds[kind] && holds(each));
      if (packet) return packet;
      const leaving = packets.find((each) => each.kind === kinds.disconnect);
      if (leaving) throw this.#refused(`DISCONNECT ${meaning(leaving.body[0] ?? 0)}`);
    }
  }

  #refused(why: string): Stopped {
    return new Stopped({ url: this.#way.url.href, refused: why });
  }
}

/** The token is the password where nothing else is said; MQTT 3.1.1 takes none without a user's name. */
function accountOf(way: Way, options: Options): Account {
  const { clientId = `geo-system-${randomBytes(4).toString("hex")}` } = options;
  const password = options.password ?? (inUsualPlace(way, options) ? "${token}" : undefined);
  const username = options.username ?? (password && "geo-system");
  return {
    clientId: String(filled(way, clientId)),
    ...(username && { username: String(filled(way, username)) }),
    ...(password && { password: String(filled(way, password)) }),
  };
}
