import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** The code as a word of its own: no part of an address, a longer number or a negative one. */
const code = (number: number, words?: string) =>
  new RegExp(
    `(?<![-\\d.:=]|Code=)\\b${number}\\b(?!\\.\\d)|code[=: ]*${number}\\b${words ? `|${words}` : ""}`,
    "i",
  );

/**
 * The close codes of RFC 6455, section 7.4.1, and of IANA's registry of WebSocket close codes. 1006 is said by a client
 * that never got a code, so its words come last, with the other ends of a connection.
 */
export const closeCodes: readonly Meaning[] = [
  {
    name: "normal closure",
    pattern: code(1000, "(?<!ab)normal closure|closed normally|StatusNormalClosure"),
    example: "close 1000 (normal closure)",
    means: "One side closed the connection because it was done, and the other agreed. It is no error.",
    check: "Nothing. If users did not mean to leave: look for close() in the page and in the backend",
    worry: "No.",
  },
  {
    name: "restart",
    pattern: /\b1012\b|\b1001\b|going away|service restart|StatusGoingAway|StatusServiceRestart/i,
    example: "close 1012 (service restart)",
    means:
      "The backend said good-bye: it is being restarted or replaced, or the page is left. The client comes back within seconds.",
    check: "Nothing. If it keeps happening: npm run diagnose",
    worry: "No.",
  },
  {
    name: "bad frame",
    pattern:
      /Invalid WebSocket frame|Invalid frame header|\b1002\b(?!.*status code)|must not mask|(un)?masked frame|reserved bits|invalid opcode|One or more reserved bits|bad MASK|FIN not set|unexpected continuation|Control frames? must|Code \d+ is reserved|StatusProtocolError/i,
    example: "RangeError: Invalid WebSocket frame: RSV1 must be clear",
    means:
      "The connection was open, and what arrived was not a WebSocket frame: a proxy or a virus scanner changed it, or one of the two programs writes to the connection behind its WebSocket library's back.",
    check: "Try from another network, and over wss://, which no proxy in between can change; npm run logs",
    worry: "Yes, if it is everywhere.",
  },
  {
    name: "unsupported data",
    pattern: code(1003, "unsupported data|unacceptable data|StatusUnsupportedData"),
    example: "close 1003 (unsupported data)",
    means:
      "One side got a kind of message it does not take: binary where it wants text, or the other way round.",
    check: "What the client sends (binaryType, Blob, Buffer) against what the backend reads",
    worry: "Yes: it is an error in the client's or the backend's code.",
  },
  {
    name: "reserved code",
    pattern: code(1004),
    example: "close 1004",
    means: "1004 is reserved and has no meaning; a program that sends it does so against RFC 6455.",
    check: "Search the backend's and the client's code for 1004",
    worry: "No, unless connections end that should not.",
  },
  {
    name: "no code",
    pattern: code(1005, "no status (received|rcvd|code)|StatusNoStatusRcvd"),
    example: "close 1005 (no status)",
    means: "The other side closed the connection cleanly and gave no code: close() without arguments.",
    check: "Nothing. If users did not mean to leave: look for close() in the page and in the backend",
    worry: "No.",
  },
  {
    name: "not UTF-8",
    pattern: code(
      1007,
      "invalid (frame payload|UTF-?8)|not (valid )?UTF-?8|UTF-8 encoding error|decode a text frame as UTF-8|StatusInvalidFramePayloadData",
    ),
    example: "close 1007 (invalid frame payload data)",
    means:
      "A text message held bytes that are not UTF-8: binary data was sent as text, or compressed data by a broken proxy.",
    check: "Send bytes as a binary message; try wss://, which no proxy in between can change",
    worry: "Yes: it is an error in the code of the side that sends.",
  },
  {
    name: "message too big",
    pattern: code(
      1009,
      "message (was )?too (big|large|long)|max payload size|Max frame length|read limit(ed)?\\b|Space limit exceeded|Payload limit reached|StatusMessageTooBig|(?<!tls: .*)exceeds (the )?(limit|maximum)",
    ),
    example: "RangeError: Max payload size exceeded",
    means:
      "A message was larger than the side that read it allows (ws: 100 MiB, Python's websockets: 1 MiB, coder's Go library: 32 KiB, many servers: 64 KiB). nginx has no limit of its own here.",
    check: "Raise maxPayload (or max_size, SetReadLimit) of the side that closed, or send smaller messages",
    worry: "Yes, if your own clients send such messages.",
  },
  {
    name: "extension missing",
    pattern: code(1010, "mandatory ext|StatusMandatoryExtension"),
    example: "close 1010 (mandatory extension)",
    means:
      "The client insists on an extension that the backend did not grant, usually compression (permessage-deflate).",
    check: "Let the client go without it, or switch it on in the backend",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "internal error",
    pattern: code(1011, "(?<!500 )\\binternal (server )?error|StatusInternalError"),
    example: "close 1011 (internal error)",
    means: "The backend hit an unexpected error and closed this connection; its log has the reason.",
    check: `npm run logs -- --no-follow; ${diagnose}`,
    worry: ifItStays,
  },
  {
    name: "full",
    pattern:
      /\b(503|429)\b|\b1013\b|try again later|too many (requests|connections)|Service (Temporarily )?Unavailable|StatusTryAgainLater/i,
    example: "Unexpected server response: 503",
    means:
      "There is no room for another connection: a limit of nginx, of the backend, or of the account; or the service is switched to maintenance.",
    check: `${diagnose} shows connections and limits`,
    worry: "Yes: new clients are rejected.",
  },
  {
    name: "gateway's close",
    pattern: code(1014, "StatusBadGateway"),
    example: "close 1014 (bad gateway)",
    means: "A gateway between client and backend got no usable answer from the backend.",
    check: diagnose,
    worry: ifItStays,
  },
];

/** Said beside words of TLS, so it is asked before those. */
export const tlsClose: Meaning = {
  name: "TLS close",
  pattern: code(1015, "TLS handshake fail|StatusTLSHandshake"),
  example: "close 1015 (TLS handshake)",
  means:
    "The TLS handshake failed; a client says this of itself and it never crosses the wire. Usually the certificate is not trusted.",
  check: `${diagnose}; the browser shows the certificate when you open https://HOST`,
  worry: ifItStays,
};
