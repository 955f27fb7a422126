import type { Meaning } from "./meaning.ts";

/** Of larger numbers only beside words of a close: they are ports and sizes too. */
const range = (digits: string) =>
  new RegExp(
    `(clos\\w*|(?<!error )code|status|received|sent|disconnect\\w*|reason|event)[^\\d]{0,12}\\b(${digits})\\b`,
    "i",
  );

/** Codes that nothing is registered for, and those that RFC 6455 leaves to libraries and applications. */
export const ownCodes: readonly Meaning[] = [
  {
    name: "unassigned code",
    pattern: range("101[6-9]|10[2-9]\\d|1[1-9]\\d\\d|2\\d{3}"),
    example: "close 2000",
    means:
      "1016–2999 are kept for WebSocket itself, and nothing is registered there: a program that sends one does so against RFC 6455.",
    check: "Search the backend's and the client's code for the number; one's own codes are 4000–4999",
    worry: "It depends on what the program means by it.",
  },
  {
    name: "library's code",
    pattern: range("3\\d{3}"),
    example: "close 3000 (unauthorized)",
    means:
      "Codes 3000–3999 are registered by libraries and frameworks. IANA lists 3000 as unauthorized, 3003 as forbidden, 3008 as a time-out.",
    check: "The registry of WebSocket close codes at IANA, and the documentation of the backend's library",
    worry: "It depends on what the library means by it.",
  },
  {
    name: "application's code",
    pattern: range("4\\d{3}"),
    example: "close 4001",
    means:
      "Codes 4000–4999 belong to the application: the backend closed the connection for a reason of its own (a bad token, a second window, a kick).",
    check: "Search the backend's code for the number; npm run logs",
    worry: "It depends on what the backend means by it.",
  },
];
