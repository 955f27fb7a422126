import { hexPattern } from "./bytes.ts";
import { type Json, placeholders } from "./values.ts";

interface Step {
  send?: Json | undefined;
  sendHex?: string | undefined;
  expect?: Json | undefined;
  expectPattern?: string | undefined;
  expectHex?: string | undefined;
}

interface Opening {
  path?: string | undefined;
  query?: Json | undefined;
  headers?: Json | undefined;
  cookies?: Json | undefined;
  protocols?: string[] | undefined;
}

interface Script {
  clients: Partial<Record<"1" | "2", Opening | undefined>>;
  steps: Step[];
  refused?: Json | undefined;
  logLines: string[];
}

type Path = (string | number)[];

interface Problem {
  path: Path;
  message: string;
}

/**
 * Uses of a name before any step gave it a value, regular expressions and bytes that are none; what was expected there.
 */
export function scriptProblems({ clients, steps, refused, logLines }: Script): Problem[] {
  const known = new Set(["token", "nonce"]);
  const check = (value: unknown, path: Path) =>
    placeholders((value ?? null) as Json)
      .filter((name) => !known.has(name))
      .map((name) => ({ path, message: `names that an earlier "expect" holds, and none holds \${${name}}` }));
  const openings = ["path", "query", "headers", "cookies", "protocols"] as const;
  const opened = Object.entries(clients).flatMap(([client, opening]) =>
    openings.flatMap((key) => check(opening?.[key], ["clients", client, key])),
  );
  const taken = steps.flatMap((step, i) => {
    const at = (key: keyof Step): Path => ["steps", i, key];
    const problems = [
      ...check(step.send, at("send")),
      ...check(step.sendHex, at("sendHex")),
      ...check(step.expectPattern, at("expectPattern")),
      ...check(step.expectHex, at("expectHex")),
      ...noHex(step.sendHex, at("sendHex")),
      ...noPattern(step.expectPattern, at("expectPattern")),
      ...noHexPattern(step.expectHex, at("expectHex")),
    ];
    for (const name of placeholders(step.expect ?? null)) known.add(name);
    for (const name of [...groups(step.expectPattern), ...groups(step.expectHex)]) known.add(name);
    return problems;
  });
  const log = logLines.flatMap((line, i) => [
    ...check(line, ["logLines", i]),
    ...noPattern(line, ["logLines", i]),
  ]);
  return [...opened, ...taken, ...check(refused, ["refused"]), ...log];
}

const groups = (pattern: unknown) =>
  typeof pattern === "string" ? [...pattern.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name as string) : [];

function noHex(text: unknown, path: Path): Problem[] {
  if (typeof text !== "string" || /^(\s|[0-9a-f]{2}|\$\{\w+\})*$/i.test(text)) return [];
  return [{ path, message: "two hexadecimal digits for each byte, such as 10 0c 00" }];
}

/** One that can match no frame: with other letters, or, where it is digits and dots alone, with half a byte. */
function noHexPattern(pattern: unknown, path: Path): Problem[] {
  if (typeof pattern !== "string") return [];
  const plain = pattern.replace(/\s|\(\?<\w+>|\$\{\w+\}|\\./g, "");
  const half = /^[0-9a-f.]*$/i.test(pattern.replace(/\s/g, "")) && plain.length % 2 === 1;
  return /[g-z]/i.test(plain) || half
    ? [{ path, message: "two hexadecimal digits or dots for each byte, such as 10 .. 00" }]
    : noPattern(hexPattern(pattern), path);
}

function noPattern(pattern: unknown, path: Path): Problem[] {
  if (typeof pattern !== "string") return [];
  try {
    new RegExp(pattern.replace(/\$\{\w+\}/g, "x"));
    return [];
  } catch (error) {
    return [{ path, message: `a regular expression (${(error as Error).message})` }];
  }
}
