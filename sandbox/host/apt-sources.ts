import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One archive in apt's sources. */
export interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
}

/** The sources that apt uses on this machine, from `sources.list` and `sources.list.d`. */
export function machineSources(etc = "/etc/apt"): AptSource[] {
  const parts = join(etc, "sources.list.d");
  const files = existsSync(parts) ? readdirSync(parts).map((file) => join(parts, file)) : [];
  return [join(etc, "sources.list"), ...files.sort()].filter(existsSync).flatMap(parseFile);
}

function parseFile(path: string): AptSource[] {
  if (path.endsWith(".list")) return parseOneLine(readFileSync(path, "utf8"));
  if (path.endsWith(".sources")) return parseDeb822(readFileSync(path, "utf8"));
  return []; // apt itself reads no other endings.
}

/** `deb [options] uri suite component…` */
export function parseOneLine(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const [, rest] = /^\s*deb\s+(?:\[[^\]]*\]\s*)?([^#]+)/.exec(line) ?? [];
    const [uri, suite, ...components] = rest?.trim().split(/\s+/) ?? [];
    return uri && suite ? [{ uri: trimmed(uri), suites: [suite], components }] : [];
  });
}

/** Stanzas of `Field: value`, with values that go on in indented lines. */
export function parseDeb822(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, "");
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const words = (field: string) => fieldOf(stanza, field).split(/\s+/).filter(Boolean);
    const used = words("Types").includes("deb") && fieldOf(stanza, "Enabled").trim().toLowerCase() !== "no";
    const [suites, components] = [words("Suites"), words("Components")];
    return used ? words("URIs").map((uri) => ({ uri: trimmed(uri), suites, components })) : [];
  });
}

function fieldOf(stanza: string, field: string): string {
  return new RegExp(`^${field}:((?:.*)(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1] ?? "";
}

function trimmed(uri: string): string {
  return uri.replace(/\/+$/, "");
}
