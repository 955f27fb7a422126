import { type Json, placeholders } from "./values.ts";

interface Script {
  clients: Partial<Record<"1" | "2", { query: Json; headers: Json } | undefined>>;
  steps: { send?: Json | undefined; expect?: Json | undefined }[];
  logLines: string[];
}

interface Problem {
  path: (string | number)[];
  message: string;
}

/** Uses of a name before any step gave it a value, and log lines that are no regular expressions; what was expected there. */
export function unknownPlaceholders({ clients, steps, logLines }: Script): Problem[] {
  const known = new Set(["token", "nonce"]);
  const check = (value: Json | undefined, path: (string | number)[]) =>
    placeholders(value ?? null)
      .filter((name) => !known.has(name))
      .map((name) => ({ path, message: `names that an earlier "expect" holds, and none holds \${${name}}` }));
  const opened = Object.entries(clients).flatMap(([client, opening]) => [
    ...check(opening?.query, ["clients", client, "query"]),
    ...check(opening?.headers, ["clients", client, "headers"]),
  ]);
  const sent = steps.flatMap(({ send, expect }, i) => {
    const problems = check(send, ["steps", i, "send"]);
    for (const name of placeholders(expect ?? null)) known.add(name);
    return problems;
  });
  const read = logLines.flatMap((line, i) => [
    ...check(line, ["logLines", i]),
    ...broken(line, ["logLines", i]),
  ]);
  return [...opened, ...sent, ...read];
}

function broken(pattern: string, path: (string | number)[]): Problem[] {
  try {
    new RegExp(pattern.replace(/\$\{\w+\}/g, "x"));
    return [];
  } catch (error) {
    return [{ path, message: `a regular expression (${(error as Error).message})` }];
  }
}
