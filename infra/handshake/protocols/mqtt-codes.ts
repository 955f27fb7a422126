/** The codes of both versions that say something of the client. */
const meanings: Record<number, string> = {
  1: "unacceptable protocol version",
  2: "identifier rejected",
  3: "server unavailable",
  4: "bad user name or password",
  5: "not authorized",
  132: "unsupported protocol version",
  133: "client identifier not valid",
  134: "bad user name or password",
  135: "not authorized",
  136: "server unavailable",
  138: "banned",
  142: "session taken over",
};

/** A code of CONNACK, SUBACK or DISCONNECT, for a person. */
export const meaning = (code: number) => `${code}${meanings[code] ? ` (${meanings[code]})` : ""}`;
