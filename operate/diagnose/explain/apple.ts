import { answers } from "./answers.ts";
import { browser } from "./browser.ts";
import { clientCode } from "./client-code.ts";
import { closeCodes } from "./close-codes.ts";
import { ends } from "./connection.ts";
import type { Meaning } from "./meaning.ts";
import { network, tls } from "./network.ts";

/** A meaning that the words of other systems have too. */
function named(name: string): Meaning {
  const found = [...network, ...tls, ...ends, ...browser, ...clientCode, ...closeCodes, ...answers].find(
    (meaning) => meaning.name === name,
  );
  if (!found) throw new Error(`no meaning is named ${name}`);
  return found;
}

/** The codes of NSURLError, of POSIX errors and of OSStatus, a list of each. */
interface Codes {
  url?: readonly number[];
  posix?: readonly number[];
  status?: readonly number[];
}

const rows: readonly [name: string, codes: Codes][] = [
  ["timeout", { url: [-1001], posix: [60] }],
  ["name not found", { url: [-1003, -1006] }],
  ["refused", { url: [-1004], posix: [61] }],
  ["cut", { url: [-1005], posix: [53, 54] }],
  ["no route", { url: [-1009, -1018, -1019, -1020], posix: [50, 51, 65] }],
  ["closed while connecting", { url: [-999], posix: [89] }],
  ["invalid address", { url: [-1000, -1002] }],
  ["no upgrade", { url: [-1011] }],
  ["written too late", { posix: [32] }],
  ["message too big", { posix: [40] }],
  ["cleartext forbidden", { url: [-1022] }],
  ["TLS cut", { url: [-1200], status: [-9805, -9806, -9816, -9836, -9850, -9858] }],
  ["client certificate", { url: [-1205, -1206] }],
  [
    "certificate",
    {
      url: [-1201, -1202, -1203, -1204],
      status: [-9807, -9808, -9812, -9813, -9814, -9815, -9843, -9847],
    },
  ],
];

const oneOf = (before: string, codes: readonly number[] = []) =>
  codes.length === 0 ? [] : [`${before}(${codes.join("|")})\\b`];

const pattern = ({ url, posix, status }: Codes) =>
  new RegExp(
    [
      ...oneOf("NSURLError.*[= ]", url),
      ...oneOf("Code=", url),
      ...oneOf("error code: ", url),
      ...oneOf("NSPOSIXErrorDomain Code=", posix),
      ...oneOf("(OSStatus|CFNetwork|SSL).*[ (:=]", status),
    ].join("|"),
    "i",
  );

/** The codes that Apple's systems print instead of words. */
export const apple: readonly Meaning[] = rows.map(([name, codes]) => ({
  ...named(name),
  pattern: pattern(codes),
  example: codes.url
    ? `Error Domain=NSURLErrorDomain Code=${codes.url[0]}`
    : `Error Domain=NSPOSIXErrorDomain Code=${codes.posix?.[0]}`,
}));
