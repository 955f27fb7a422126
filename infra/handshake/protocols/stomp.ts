// STOMP 1.0 to 1.2 over WebSocket: https://stomp.github.io/stomp-specification-1.2.html.
import { randomBytes } from "node:crypto";
import type { Client } from "../client.ts";
import { type Frame, textOf } from "../frame.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { Stopped } from "../seen.ts";
import { awaitFrame } from "./await.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";
import { pingFrameHop, provePingFrame } from "./pings.ts";

type Options = PresetOptions<"stomp">;
type Headers = Record<string, string>;

const againMs = 500;

/** CONNECT, and a message from one client to another where a destination is given. */
export function stomp(options: Options): Protocol {
  return {
    name: "stomp",
    hops: {
      entry: [{ name: "CONNECTED", about: "token" }],
      proof: [pingFrameHop, ...(options.destination ? [{ name: "MESSAGE", about: "sync" as const }] : [])],
    },
    showsToken: true,
    async enter(way) {
      const client = await connect(way, options);
      way.pass();
      return { client };
    },
    async prove(way, session) {
      await provePingFrame(way, session);
      if (options.destination !== undefined) await proveMessage(way, session, options);
    },
  };
}

async function connect(way: Way, options: Options): Promise<Client> {
  const client = await way.open(
    openingOf(way, { ...options, protocols: ["v12.stomp", "v11.stomp", "v10.stomp"] }),
  );
  client.send(frameOf("CONNECT", connectHeaders(way, options)));
  await expectFrame(way, client, "CONNECTED");
  return client;
}

function connectHeaders(way: Way, options: Options): Headers {
  const { login, connectHeaders = {}, host } = options;
  const passcode = options.passcode ?? (inUsualPlace(way, options) ? "${token}" : undefined);
  const account = { ...(login && { login }), ...(passcode && { passcode }) };
  const headers = {
    "accept-version": "1.2,1.1,1.0",
    "heart-beat": "0,0",
    // As @stomp/stompjs: brokers have a default, and RabbitMQ knows no virtual host by the name of the machine.
    ...(host && { host }),
    ...account,
    ...connectHeaders,
  };
  return filled(way, headers) as Headers;
}

/** By two clients: a message must reach another one than its sender. */
async function proveMessage(way: Way, { client }: Session, options: Options): Promise<void> {
  const destination = String(filled(way, options.destination ?? ""));
  const other = await connect(way, options);
  other.send(frameOf("SUBSCRIBE", { id: "0", destination, ack: "auto" }));
  const body = `handshake ${randomBytes(6).toString("hex")}`;
  // Not every broker says when a subscription holds, so the message is sent until it arrives.
  const send = () => client.send(frameOf("SEND", { destination, "content-type": "text/plain" }, body));
  send();
  const again = setInterval(send, againMs);
  await expectFrame(way, other, "MESSAGE", (text) => text.includes(body)).finally(() => clearInterval(again));
  way.pass();
}

function frameOf(command: string, headers: Headers, body = ""): string {
  const escaped = (text: string) =>
    command === "CONNECT"
      ? text
      : text.replace(/[\\\n:]/g, (one) => `\\${{ "\n": "n", ":": "c" }[one] ?? one}`);
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${escaped(value)}`);
  return `${[command, ...lines].join("\n")}\n\n${body}\0`;
}

function expectFrame(
  way: Way,
  client: Client,
  command: string,
  holds: (text: string) => boolean = () => true,
) {
  const pick = (frame: Frame) => {
    const text = textOf(frame).trimStart();
    if (text.startsWith("ERROR")) throw new Stopped({ url: way.url.href, refused: errorIn(text) });
    // STOMP 1.2 lets a line end with CR LF.
    return /^[A-Z]+(?=\r?\n)/.exec(text)?.[0] === command && holds(text) ? text : undefined;
  };
  return awaitFrame(client, pick, { withinMs: way.timeoutMs, expected: `a ${command} frame` });
}

/** What an ERROR frame says: RabbitMQ gives the reason in the body alone, others say it twice. */
function errorIn(text: string): string {
  const [head = "", ...rest] = text.replaceAll("\0", "").split(/\r?\n\r?\n/);
  const message = unescaped(/\nmessage:(.*)/.exec(head)?.[1] ?? "").trim();
  const body = rest.join(" ").replace(/\s+/g, " ").trim();
  const said = body.includes(message) ? body : [message, body].filter(Boolean).join(": ");
  return (said || head.replace(/\s+/g, " ")).slice(0, 200);
}

const unescaped = (text: string) =>
  text.replace(/\\([cnr\\])/g, (_, one: string) => ({ c: ":", n: " ", r: " " })[one] ?? one);
