// Socket.IO 3 and later: protocol 5 on Engine.IO 4, https://socket.io/docs/v4/socket-io-protocol/.
import type { Client } from "../client.ts";
import { type Frame, textOf } from "../frame.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way, WayOpening } from "../protocol.ts";
import { okText } from "../request.ts";
import { Stopped } from "../seen.ts";
import type { Json } from "../values.ts";
import { awaitFrame } from "./await.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";
import { pingFrameHop, provePingFrame } from "./pings.ts";

type Options = PresetOptions<"socket.io">;

/** As a default client: a session by polling, its upgrade, the namespace with `auth`, and pings. */
export function socketIo(options: Options): Protocol {
  const polls = options.transports.includes("polling");
  return {
    name: "socket.io",
    hops: {
      before: polls ? [{ name: "polling" }] : [],
      entry: [{ name: polls ? "probe" : "open packet" }, { name: "namespace", about: "token" }],
      proof: [pingFrameHop],
    },
    showsToken: true,
    enter: (way) => enter(way, options, polls),
    prove: provePingFrame,
  };
}

async function enter(way: Way, options: Options, polls: boolean): Promise<Session> {
  const opening = openingOf(way, { ...options, path: undefined });
  opening.url.pathname = enginePath(way.url, options.path);
  opening.url.searchParams.set("EIO", "4");
  const client = polls ? await upgraded(way, opening) : await direct(way, opening);
  // The server pings, and drops a client that does not answer.
  client.answerWith((frame) => (!frame.binary && textOf(frame) === "2" ? "3" : undefined));
  way.pass();
  await connectNamespace(way, client, options);
  way.pass();
  return { client };
}

/** Engine.IO's own path ends with a slash, whatever the location of nginx does. */
function enginePath({ pathname }: URL, path: string | undefined): string {
  if (path !== undefined) return path;
  if (pathname === "/") return "/socket.io/";
  return pathname.endsWith("/") ? pathname : `${pathname}/`;
}

async function upgraded(way: Way, opening: WayOpening): Promise<Client> {
  const sid = await poll(way, opening);
  way.pass();
  opening.url.searchParams.set("sid", sid);
  const client = await openSocket(way, opening);
  client.send("2probe");
  await expectText(way, client, /^3probe$/, "3probe, the answer of Engine.IO to an upgrade");
  client.send("5");
  return client;
}

async function direct(way: Way, opening: WayOpening): Promise<Client> {
  const client = await openSocket(way, opening);
  await expectText(way, client, /^0\{/, openPacket);
  return client;
}

function openSocket(way: Way, { url, ...opening }: WayOpening): Promise<Client> {
  url.searchParams.set("transport", "websocket");
  return way.open({ url, ...opening });
}

const openPacket = "the open packet of Engine.IO 4, 0{…}";

/** The session of a default client begins with a plain request. */
async function poll(way: Way, { url: address, headers }: WayOpening): Promise<string> {
  const url = new URL(address);
  url.searchParams.set("transport", "polling");
  const text = okText(await way.request({ url, headers }), url);
  const sid = /^0\{.*"sid":"([^"]+)"/.exec(text)?.[1];
  if (sid === undefined) throw new Stopped({ url: url.href, received: [text], expected: openPacket });
  return sid;
}

async function connectNamespace(way: Way, client: Client, options: Options): Promise<void> {
  const { namespace } = options;
  const prefix = namespace === "/" ? "" : `${namespace},`;
  client.send(`40${prefix}${JSON.stringify(authOf(way, options))}`);
  const expected = `40${prefix}{"sid":…}, the answer of namespace ${namespace}`;
  const answer = await expectText(way, client, /^4[04]/, expected);
  if (answer.startsWith("44")) throw new Stopped({ url: way.url.href, refused: answer.slice(2) });
}

function authOf(way: Way, options: Options): Json {
  if (options.auth) return filled(way, options.auth);
  return inUsualPlace(way, options) ? { token: way.token } : {};
}

function expectText(way: Way, client: Client, wanted: RegExp, expected: string): Promise<string> {
  const pick = (frame: Frame) => {
    const text = textOf(frame);
    return wanted.test(text) ? text : undefined;
  };
  return awaitFrame(client, pick, { withinMs: way.timeoutMs, expected });
}
