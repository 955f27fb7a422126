import { stripVTControlCharacters } from "node:util";
import type pc from "picocolors";
import { maskTokens } from "../diagnose/mask.ts";
import type { Entry } from "./history.ts";
import { type Source, sources } from "./records.ts";

type Colors = ReturnType<typeof pc.createColors>;

const width = Math.max(...sources.map((source) => source.length));

/** One line for a person. What clients sent stands in it: a token, or characters that a terminal would obey. */
export function entryText(entry: Entry, paint: Colors, secrets?: readonly string[]): string {
  const time = entry.vague ? " ".repeat(20) : shownTime(entry.at);
  return `${paint.dim(time)} ${colour(entry.source, paint)(entry.source.padEnd(width))} ${shown(entry.line, secrets)}`;
}

/** One object a line; `time` is absent where it is not known. */
export function entryJson({ source, at, vague, line }: Entry, secrets?: readonly string[]): string {
  return JSON.stringify({
    ...(!vague && { time: new Date(at).toISOString() }),
    source,
    line: shown(line, secrets),
  });
}

const shownTime = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

function colour(source: Source, paint: Colors): (text: string) => string {
  if (source.endsWith("error")) return paint.red;
  return source === "nginx" ? paint.cyan : paint.green;
}

function shown(line: string, secrets?: readonly string[]): string {
  return maskTokens(stripVTControlCharacters(line), secrets).replace(unprintable, escaped);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const escaped = (sign: string) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
