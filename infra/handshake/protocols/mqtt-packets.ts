// The packets of MQTT that a proof needs. By hand, since the library's parser would make the program on the host eight
// times as large. https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html

/** 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

export const kinds = {
  connect: 1,
  connack: 2,
  publish: 3,
  subscribe: 8,
  suback: 9,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
};
export type Kind = keyof typeof kinds;

/** A packet as it came: its kind, and what follows its length. */
export interface Packet {
  kind: number;
  body: Buffer;
}

export interface Account {
  clientId: string;
  username?: string;
  password?: string;
}

/** As the client of npm has it. Brokers with a limit turn 0, a client that may be silent for ever, away. */
const keepAliveSeconds = 60;

export function connectPacket(version: MqttVersion, { clientId, username, password }: Account): Buffer {
  const clean = 0x02;
  const flags = clean | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const head = [
    text("MQTT"),
    Buffer.from([version, flags, 0, keepAliveSeconds]),
    properties(version),
    text(clientId),
  ];
  return packet(kinds.connect, 0, [...head, ...[username, password].flatMap((each) => each ?? []).map(text)]);
}

export const pingPacket = (): Buffer => packet(kinds.pingreq, 0, []);

export function subscribePacket(version: MqttVersion, topic: string): Buffer {
  const [identifier, quality] = [Buffer.from([0, 1]), Buffer.from([0])];
  return packet(kinds.subscribe, 2, [identifier, properties(version), text(topic), quality]);
}

export function publishPacket(version: MqttVersion, topic: string, payload: string): Buffer {
  return packet(kinds.publish, 0, [text(topic), properties(version), Buffer.from(payload)]);
}

/** Reads packets out of a stream of bytes, whatever pieces they come in. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  read(bytes: Buffer): Packet[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const packets: Packet[] = [];
    for (let next = this.#next(); next; next = this.#next()) packets.push(next);
    return packets;
  }

  #next(): Packet | undefined {
    const length = lengthAt(this.#rest, 1);
    if (!length || this.#rest.length < length.end + length.value) return undefined;
    const kind = (this.#rest[0] ?? 0) >> 4;
    const body = this.#rest.subarray(length.end, length.end + length.value);
    this.#rest = this.#rest.subarray(length.end + length.value);
    return { kind, body };
  }
}

function packet(kind: number, flags: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(kind << 4) | flags, ...lengthOf(body.length)]), body]);
}

/** None: but their length, in version 5. */
const properties = (version: MqttVersion) => Buffer.alloc(version === 5 ? 1 : 0);

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function lengthOf(value: number): number[] {
  const [low, rest] = [value & 0x7f, value >> 7];
  return rest > 0 ? [low | 0x80, ...lengthOf(rest)] : [low];
}

function lengthAt(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}
