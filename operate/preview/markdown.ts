/*
 * Text from files, hosts and errors, made fit for a place in Markdown. Whatever it holds, it must not end its place,
 * become a picture, a mention or a link that leads elsewhere than it says, or look like something other than it is.
 */

/** Control characters and those that turn the direction of writing, which would let code look like other code. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Invisible characters written out: `\u202e`. Line ends and tabs stay. */
export function visible(text: string): string {
  return text.replace(
    invisible,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

const oneLine = (text: string) => visible(text.replace(/\s*\n\s*/g, " ").trim());

/** Text between HTML tags. */
export function html(text: string): string {
  return escaped(oneLine(text));
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const punctuation = /[\\`*_{}[\]()|!~^$]/g;
/** What would begin a heading or a list. */
const beginning = /^(\d*)([#+.-])/;

/** Text in a line or a cell of a table. What GitHub would take for a person or an issue stands as code: it calls nobody. */
export function inline(text: string): string {
  return oneLine(text)
    .split(/((?:[@#]|\bGH-)\w[\w-]*)/)
    .map((part, index) => (index % 2 === 1 ? code(part) : escaped(part).replace(punctuation, "\\$&")))
    .join("")
    .replace(beginning, "$1\\$2");
}

/** Text as code in a line or a cell. */
export function code(text: string): string {
  return `<code>${html(text)
    .replaceAll("|", "&#124;")
    .replace(/[\\`*_[\]!~]/g, (one) => `&#${one.charCodeAt(0)};`)}</code>`;
}

/** No text has so many backticks in a row but to make its fence longer than everything else. */
const mostBackticks = 40;

/** A block of code. Its fence is longer than any in the text. */
export function fence(text: string, language = ""): string {
  const body = text
    .replace(/\n+$/, "")
    .replace(/`+/g, (run) => (run.length > mostBackticks ? `[${run.length} backticks]` : run));
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${body}\n${marks}`;
}

/** A folded part under a title, which is HTML. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** A text of at most so many characters. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
