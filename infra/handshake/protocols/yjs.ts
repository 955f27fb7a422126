// y-websocket: the sync and awareness protocols of Yjs, https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md.
import { randomBytes, randomInt } from "node:crypto";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { Client } from "../client.ts";
import type { Frame } from "../frame.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { awaitFrame } from "./await.ts";
import { inUsualPlace, openingOf } from "./opening.ts";

type Options = PresetOptions<"yjs">;

const message = { sync: 0, awareness: 1 };
const sync = { step1: 0, step2: 1, update: 2 };

/** The state of a room, and what one client does in it as another one sees it. */
export function yjs(options: Options): Protocol {
  return {
    name: "yjs",
    hops: {
      entry: [{ name: "sync step 2" }],
      proof: [
        { name: "ping", about: "ping" },
        { name: "awareness", about: "sync" },
        ...(options.update ? [{ name: "update", about: "sync" as const }] : []),
      ],
    },
    showsToken: true,
    async enter(way) {
      const client = await join(way, options);
      way.pass();
      return { client, ping: () => askState(way, client) };
    },
    prove: (way, session) => prove(way, session, options),
  };
}

async function join(way: Way, options: Options): Promise<Client> {
  const token = inUsualPlace(way, options) ? { token: "${token}" } : {};
  const query = { ...token, ...options.query };
  const path = `${options.path ?? ""}/${encodeURIComponent(options.room)}`;
  const client = await way.open(openingOf(way, { ...options, path, query }));
  await askState(way, client);
  return client;
}

/** Sync step 1 with the state of an empty document; the answer is harmless, so it is the ping as well. */
async function askState(way: Way, client: Client): Promise<void> {
  const empty = new Uint8Array([0]);
  client.send(encoded([message.sync, sync.step1], empty));
  await expectMessage(
    way,
    client,
    (kind, step) => kind === message.sync && step === sync.step2,
    "sync step 2",
  );
}

async function prove(way: Way, { client, ping }: Session, options: Options): Promise<void> {
  await ping?.();
  way.pass();
  const other = await join(way, options);
  const id = clientId();
  const nonce = `handshake ${randomBytes(6).toString("hex")}`;
  way.atEnd(() => client.send(awareness(id, 2, null)));
  client.send(awareness(id, 1, { handshake: nonce }));
  const holds = (data: Buffer) => data.includes(nonce);
  const aware = (kind: number, _: number, data: Buffer) => kind === message.awareness && holds(data);
  await expectMessage(way, other, aware, "the awareness of the other client");
  way.pass();
  if (!options.update) return;
  client.send(encoded([message.sync, sync.update], updateOf(id, nonce)));
  const updated = (kind: number, step: number, data: Buffer) =>
    kind === message.sync && step === sync.update && holds(data);
  await expectMessage(way, other, updated, "the update of the other client");
  way.pass();
}

/** Rises with time: of two clients that set the same key, Yjs keeps what the one with the higher number wrote. */
const clientId = () => Date.now() * 1000 + randomInt(1000);

function encoded(kinds: readonly number[], content: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const kind of kinds) encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, content);
  return encoding.toUint8Array(encoder);
}

/** The state of one client; null takes it back. */
function awareness(id: number, clock: number, state: object | null): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, id);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, JSON.stringify(state));
  return encoded([message.awareness], encoding.toUint8Array(encoder));
}

/** An update of Yjs that sets `proof` in the map `geo-system-handshake`: one struct, nothing deleted. */
function updateOf(id: number, text: string): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const number of [1, 1, id, 0]) encoding.writeVarUint(encoder, number); // one client, one struct, its clock
  encoding.writeUint8(encoder, 0b0010_1000); // any content, with a key
  encoding.writeVarUint(encoder, 1); // the parent is a type of the document, by its name
  encoding.writeVarString(encoder, "geo-system-handshake");
  encoding.writeVarString(encoder, "proof");
  encoding.writeVarUint(encoder, 1);
  encoding.writeAny(encoder, text);
  encoding.writeVarUint(encoder, 0); // nothing deleted
  return encoding.toUint8Array(encoder);
}

type Wanted = (kind: number, step: number, data: Buffer) => boolean;

async function expectMessage(way: Way, client: Client, wanted: Wanted, expected: string): Promise<void> {
  const pick = (frame: Frame) => (matches(frame, wanted) ? true : undefined);
  await awaitFrame(client, pick, { withinMs: way.timeoutMs, expected });
}

function matches({ data }: Frame, wanted: Wanted): boolean {
  try {
    const decoder = decoding.createDecoder(data);
    const kind = decoding.readVarUint(decoder);
    return wanted(kind, decoding.readVarUint(decoder), data);
  } catch {
    return false;
  }
}
