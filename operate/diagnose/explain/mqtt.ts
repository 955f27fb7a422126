import { ifItStays, type Meaning } from "./meaning.ts";

/** The numbers of CONNACK in MQTT 3, and the reason codes of MQTT 5. */
interface Row extends Omit<Meaning, "pattern"> {
  codes: readonly number[];
  /** How libraries write it out. */
  words: string;
}

const rows: readonly Row[] = [
  {
    name: "MQTT: refused login",
    codes: [4, 5, 134, 135, 140],
    words:
      "bad[_ ]user[_ ]?name[_ ]or[_ ]password|(?<!Origin .*)not[_ ]authori[sz]ed|bad authentication method",
    example: "Error: Connection refused: Not authorized",
    means:
      "The broker answered, and refused user name or password (MQTT 3: 4 and 5, MQTT 5: 134, 135 and 140).",
    check: "username and password in the client; the broker's log",
    worry: "No, for one client. Yes, if all are refused.",
  },
  {
    name: "MQTT: client identifier",
    codes: [2, 133, 142],
    words: "identifier rejected|client[_ ]identifier[_ ]not[_ ]valid|session[_ ]taken[_ ]over",
    example: "Error: Connection refused: Identifier rejected",
    means:
      "The broker does not take this client identifier, or another client came with the same one and took the session over (142).",
    check: "A client identifier of its own for each client",
    worry: "Yes, if two clients throw each other out.",
  },
  {
    name: "MQTT: protocol version",
    codes: [1, 132],
    words: 'unacceptable protocol version|(?<!"message":")unsupported[_ ]protocol[_ ]version',
    example: "Error: Connection refused: Unacceptable protocol version",
    means: "The broker does not speak the client's version of MQTT.",
    check: "protocolVersion in the client: 4 (MQTT 3.1.1) or 5",
    worry: "Yes: this client never gets in.",
  },
  {
    name: "MQTT: broker busy",
    codes: [3, 136, 137, 159],
    words: "server[_ ]unavailable|server[_ ]busy|connection[_ ]rate[_ ]exceeded",
    example: "Error: Connection refused: Server unavailable",
    means: "The broker answered that it takes no client now: it is starting, full, or limits the rate.",
    check: "The broker's log",
    worry: ifItStays,
  },
  {
    name: "MQTT: broker stops",
    codes: [139],
    words: "MQTT.*server[_ ]shutting[_ ]down",
    example: "disconnect: reason code 139 (Server shutting down)",
    means: "The broker said good-bye: it is being stopped or restarted.",
    check: "Nothing, if it comes back within seconds; else the broker's log",
    worry: ifItStays,
  },
  {
    name: "MQTT: silent client",
    codes: [141],
    words: "keep[_ ]alive[_ ]timeout",
    example: "disconnect: reason code 141 (Keep Alive timeout)",
    means: "The broker heard nothing from the client for one and a half keep-alives, and let it go.",
    check:
      "keepalive in the client: shorter than each time-out on the way; a client that slept comes back by itself",
    worry: "No, for one client. Yes, if all are lost at the same time.",
  },
  {
    name: "MQTT: banned or ended",
    codes: [138, 152, 160],
    words: "\\bbanned\\b|administrative[_ ]action|maximum[_ ]connect[_ ]time",
    example: "disconnect: reason code 152 (Administrative action)",
    means:
      "Whoever runs the broker ended it on purpose: 138 this client is banned, 152 by hand, 160 each connection may last only so long.",
    check: "The broker's log, its list of bans, and its longest connection",
    worry: "No, for one client. Yes, if all are ended.",
  },
  {
    name: "MQTT: another server",
    codes: [156, 157],
    words: "use[_ ]another[_ ]server|server[_ ]moved",
    example: "disconnect: reason code 157 (Server moved)",
    means: "The broker sends the client to another one, for now (156) or for good (157).",
    check: "The server reference beside the code, and the address in the client",
    worry: "Yes, after 157: this address will not be served again.",
  },
  {
    name: "MQTT: too much",
    codes: [147, 149, 150, 151],
    words:
      "packet[_ ]too[_ ]large|message[_ ]rate[_ ]too[_ ]high|quota[_ ]exceeded|receive[_ ]maximum[_ ]exceeded",
    example: "disconnect: reason code 149 (Packet too large)",
    means:
      "The client sent more than the broker allows: 147 too many messages that are not acknowledged yet, 149 a packet that is too large, 150 too many messages a second, 151 its quota is used up.",
    check: "The broker's limits, and what the client sends",
    worry: "Yes, if your own clients send so much.",
  },
  {
    name: "MQTT: topic",
    codes: [143, 144, 148],
    words: "topic[_ ](filter|name|alias)[_ ]invalid",
    example: "SUBACK: reason code 143 (Topic Filter invalid)",
    means:
      "The broker does not take this topic: a slip in it, a wildcard where none may be, or an alias too many.",
    check: "The topic in the client (no # or + when publishing), and the broker's rules for topics",
    worry: "Yes: it is an error in the client's code, or in the broker's rules.",
  },
  {
    name: "MQTT: not supported",
    codes: [154, 155, 158, 161, 162],
    words: "(retain|QoS|(shared |wildcard )?subscription( identifier)?s?)[_ ]not[_ ]supported",
    example: "disconnect: reason code 155 (QoS not supported)",
    means:
      "The broker lacks what the client asked for: 154 retained messages, 155 this QoS, 158 shared subscriptions, 161 subscription identifiers, 162 wildcards.",
    check: "What the broker offers; let the client go without it",
    worry: "Yes: it fails each time.",
  },
  {
    name: "MQTT: packet not understood",
    codes: [129, 130, 145, 146, 153],
    words:
      "malformed[_ ]packet|payload[_ ]format[_ ]invalid|packet[_ ]identifier[_ ](in[_ ]use|not[_ ]found)",
    example: "disconnect: reason code 129 (Malformed Packet)",
    means:
      "One side sent a packet that the other one does not understand: two versions of MQTT, or something on the way that changed it.",
    check: "The same version at both ends (protocolVersion); the newest version of the client's library",
    worry: "Yes, if it stays: it is an error in one of the two programs.",
  },
  {
    name: "MQTT: broker's error",
    codes: [128, 131],
    words: "MQTT.*unspecified[_ ]error|implementation[_ ]specific[_ ]error",
    example: "disconnect: reason code 128 (Unspecified error)",
    means: "The broker refused, and does not say why.",
    check: "The broker's log",
    worry: ifItStays,
  },
];

const number = (code: number) => `${code}|0x${code.toString(16)}`;

/** A number beside a word that makes it a reason code, or the words. */
const pattern = ({ codes, words }: Row) =>
  new RegExp(
    `(\\brc|(reason|return|result) ?code|DISCONNECT|CONNACK|SUBACK|PUBACK)[=:. (]*\\b(${codes.map(number).join("|")})\\b|${words}`,
    "i",
  );

/** What an MQTT broker answers, and the words of MQTT's clients in browsers. */
export const mqtt: readonly Meaning[] = [
  ...rows.map((row) => ({ ...row, pattern: pattern(row) })),
  {
    name: "MQTT: no answer",
    pattern: /connack timeout|AMQJS0001E/i,
    example: "Error: connack timeout",
    means:
      "The connection is open, and the broker did not answer CONNECT: it is stuck, or what answers on that path is not a broker.",
    check: "The path (often /mqtt) and the subprotocol mqtt; the broker's log",
    worry: ifItStays,
  },
];
