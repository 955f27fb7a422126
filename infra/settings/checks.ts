import { existsSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { z } from "zod";

/*
 * One check a kind of value. Its message says what is expected. A value that passes cannot leave its place in an
 * nginx file, a shell command or a payload: none allows blanks, quotes, semicolons or line ends where they matter.
 */

const matching = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);

const whole = (expected: string, least: number, most: number) =>
  z.int(expected).min(least, expected).max(most, expected);

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `one of ${values.join(", ")}`);

const existing = (expected: string, holds: (path: string) => boolean) =>
  z.string(expected).refine(holds, expected);

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

const severalNames =
  "host names or IP addresses, without scheme, user or port; several with commas between, or as a list";

const isHostName = (value: string) =>
  isIP(value) !== 0 || /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/.test(value);

/** One name, several with commas between, or a list. A bad one is shown with all of them, as they were given. */
const hostNames = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((name) => name.trim()) : value),
  z
    .array(z.string("a host name or an IP address"), severalNames)
    .min(1, severalNames)
    .refine((names) => names.every(isHostName), severalNames)
    .refine(
      (names) => new Set(names.map((name) => name.toLowerCase())).size === names.length,
      "each name once",
    ),
);

/** An even line has long-term support; `--env-file` reads values of several lines since 20.12. */
function isSupported(value: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(value)?.map(Number) ?? [];
  if (major === undefined || minor === undefined || major % 2 !== 0) return false;
  return major > 20 || (major === 20 && minor >= 12);
}

function isJumpHost(value: string): boolean {
  const shape = /^([a-z_][a-z0-9_-]*@)?(\[[0-9a-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(:\d{1,5})?$/;
  return shape.test(value) && URL.canParse(`ssh://${value}`);
}

/** An object of these members and no others. Of an unknown one the message holds the known names. */
const members = <const T extends z.ZodRawShape>(shape: T) => {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? names : `an object of ${names}`),
  });
};

const expectedNetwork = "an IP address or a network, such as 10.0.0.7 or 10.0.0.0/8";

/** Also with a slash at its end, and the root alone. */
export const websocketPathPattern = /^(\/|(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+\/?)$/;

export const check = {
  matching,
  oneOf,
  whole,
  members,
  port: whole("a TCP port, 1 to 65535", 1, 65535),
  seconds: whole("whole seconds, at least 1", 1, 2_147_483),
  hostName: existing("a host name or an IP address, without scheme, user or port", isHostName),
  hostNames,
  url: matching(/^https?:\/\/[^\s'"\\$`;<>{}]+$/, "an http or https address"),
  acmeDirectory: matching(
    /^(letsencrypt|staging|https:\/\/[^\s'"\\$`;<>{}]+)$/,
    "letsencrypt, staging, or the https address of an ACME directory",
  ),
  email: z.email("an email address"),
  word: matching(/^[^\s'"\\$`;<>{}]+$/, "text without blanks and quotes"),
  name: matching(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, "letters, digits and dashes, a letter first"),
  user: matching(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name of the host"),
  version: existing(
    "a whole version of a line with long-term support, 20.12 or newer, such as 24.21.0",
    isSupported,
  ),
  publicKey: matching(
    /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/=]+( [^\n]*)?$/,
    "an ed25519 or ecdsa public key as in known_hosts: ssh-ed25519 AAAA…",
  ),
  jumpHost: existing("[user@]host[:port]", isJumpHost),
  websocketPath: matching(
    websocketPathPattern,
    "a path such as /ws, /socket.io/ or /: letters, digits, . _ ~ -",
  ),
  file: existing("the path of a file that exists", isFile),
  /** `0.0.0.0/0` would let every client say who it is. */
  network: z
    .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], expectedNetwork)
    .refine((network) => !network.endsWith("/0"), "the networks of proxies, not every address"),
  backendFolder: existing("a folder that holds package.json", (path) => isFile(join(path, "package.json"))),
  command: matching(/^[^\r\n\0]*\S[^\r\n\0]*$/, "a command in one line"),
  text: z.string("text"),
  texts: z.array(z.string("text"), "a list of texts"),
  environment: z.record(
    matching(/^[A-Za-z_][A-Za-z0-9_]*$/, "names of letters, digits and underscores"),
    matching(/^[^\0]*$/, "text; a number in quotes, or by `config set --type string --path`"),
    "an object of texts, set with --path",
  ),
};
