// ASP.NET Core SignalR, JSON hub protocol: https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md.
import type { Client } from "../client.ts";
import { textOf } from "../frame.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way, WayOpening } from "../protocol.ts";
import { okText } from "../request.ts";
import { Stopped } from "../seen.ts";
import type { Json } from "../values.ts";
import { awaitFrame, type Members, objectIn } from "./await.ts";
import { filled, inUsualPlace, openingOf } from "./opening.ts";
import { pingFrameHop, provePingFrame } from "./pings.ts";

type Options = PresetOptions<"signalr">;

const end = "\x1e";
/** The server drops a client from which nothing came for 30 s. */
const pingMs = 15_000;
/** A hub that looks at its clients in OnConnectedAsync closes the connection after the handshake, within this time. */
const secondThoughtMs = 1_000;
const type = { invocation: 1, completion: 3, ping: 6, close: 7 };

/** Negotiation, the handshake of the hub protocol, pings, and a method of the hub where one is given. */
export function signalr(options: Options): Protocol {
  return {
    name: "signalr",
    hops: {
      before: options.negotiate ? [{ name: "negotiate", about: "token" }] : [],
      entry: [{ name: "hub handshake", ...(!options.negotiate && { about: "token" as const }) }],
      proof: [pingFrameHop, ...(options.method ? [{ name: "invoke" }] : [])],
    },
    showsToken: true,
    enter: (way) => enter(way, options),
    async prove(way, session) {
      await provePingFrame(way, session);
      if (options.method !== undefined) await invoke(way, session.client, options);
    },
  };
}

async function enter(way: Way, options: Options): Promise<Session> {
  const isUsual = inUsualPlace(way, options);
  const opening = openingOf(way, options);
  if (options.negotiate) {
    opening.url.searchParams.set("id", await negotiate(way, opening, isUsual ? bearer(way) : {}));
    way.pass();
  }
  // A browser cannot set a header on a WebSocket: clients show their token in the query.
  if (isUsual) opening.url.searchParams.set("access_token", way.token);
  const client = await way.open(opening);
  client.send(record({ protocol: "json", version: 1 }));
  const answer = await expectRecord(way, client, (message) => message.type === undefined, {
    expected: "{}, the hub's handshake",
  });
  if (answer.error !== undefined) throw new Stopped({ url: way.url.href, refused: String(answer.error) });
  await staysOpen(way, client);
  way.pass();
  return { client, alive: { everyMs: pingMs, send: () => client.send(record({ type: type.ping })) } };
}

async function staysOpen(way: Way, client: Client): Promise<void> {
  const wait = { withinMs: secondThoughtMs, expected: "an open connection" };
  await expectRecord(way, client, () => false, wait).catch((error) => {
    if (!(error instanceof Stopped) || error.seen.waitedMs === undefined) throw error;
  });
}

const bearer = ({ token }: Way) => ({ authorization: `Bearer ${token}` });

async function negotiate(way: Way, { url: hub, headers }: WayOpening, extra: Record<string, string>) {
  const url = new URL(hub);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/negotiate`;
  url.searchParams.set("negotiateVersion", "1");
  const answer = await way.request({ method: "POST", url, headers: { ...headers, ...extra } });
  const text = okText(answer, url);
  const { connectionToken, connectionId, url: elsewhere, error, availableTransports } = objectIn(text) ?? {};
  if (error !== undefined) throw new Stopped({ url: url.href, refused: String(error) });
  expectWebSockets(url, availableTransports);
  const id = connectionToken ?? connectionId;
  if (typeof id === "string") return id;
  const expected =
    elsewhere === undefined ? "a connectionToken" : "a connection here, not one at another service";
  throw new Stopped({ url: url.href, received: [text], expected });
}

/** A hub may be configured to offer fewer transports. */
function expectWebSockets(url: URL, transports: Json | undefined): void {
  if (!Array.isArray(transports)) return;
  const names = transports.map((each) => (each as Members).transport);
  if (names.includes("WebSockets")) return;
  const received = [`transports: ${names.join(", ") || "none"}`];
  throw new Stopped({ url: url.href, received, expected: "WebSockets among them" });
}

async function invoke(way: Way, client: Client, { method = "", arguments: list }: Options): Promise<void> {
  client.send(
    record({ type: type.invocation, invocationId: "1", target: method, arguments: filled(way, list) }),
  );
  const done = (message: Members) => message.type === type.completion && message.invocationId === "1";
  const { error } = await expectRecord(way, client, done, { expected: `the completion of ${method}` });
  if (error !== undefined) throw new Stopped({ url: way.url.href, refused: `${method}: ${error}` });
  way.pass();
}

const record = (message: Members) => JSON.stringify(message) + end;

/** Several records may come in one frame. */
function expectRecord(
  way: Way,
  client: Client,
  wanted: (message: Members) => boolean,
  { expected, withinMs = way.timeoutMs }: { expected: string; withinMs?: number },
) {
  return awaitFrame(
    client,
    (frame) => {
      const records: Members[] = textOf(frame)
        .split(end)
        .map(objectIn)
        .filter((each) => each !== undefined);
      const closed = records.find((each) => each.type === type.close);
      if (closed)
        throw new Stopped({ url: way.url.href, refused: String(closed.error ?? "it closed the connection") });
      return records.find(wanted);
    },
    { withinMs, expected },
  );
}
