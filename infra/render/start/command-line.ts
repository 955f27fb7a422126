import { parse, quote } from "shell-quote";
import { type Origin, override, unusable } from "./origin.ts";
import { knownVariables, type ReleaseContext } from "./release-context.ts";

/** The words of a command line, in which the backend's own environment may be named. */
export const parseCommandLine = (text: string, origin: Origin, context: ReleaseContext) =>
  shellWords(text, origin, knownVariables(context));

/** The variables that stand for a value in a word: `${PORT}`. */
export const variable = /\$\{([A-Za-z_]\w*)\}/g;

/**
 * The words of a command line as a shell would read it. A variable stays in its word, as `${NAME}`.
 *
 * @param known names of the variables that have a value on the host
 * @throws where only a shell could carry it out, or a variable has no value
 */
export function shellWords(text: string, origin: Origin, known: ReadonlySet<string>): string[] {
  if (
    /\$\{/.test(
      text
        .replace(/"[^"]*"/g, "")
        .match(/'[^']*'/g)
        ?.join("") ?? "",
    )
  )
    throw unusable(origin, `expected no \${ within single quotes, found ${JSON.stringify(text)}`);
  const refused: string[] = [];
  const parts = parse(text.trim().replaceAll("\n", " ; "), (name) => reference(name, known, refused));
  const words = parts.flatMap((part) => {
    if (typeof part === "string") {
      if (part.includes("`")) refused.push("`…`");
      return [part];
    }
    if ("op" in part) refused.push(part.op === "glob" ? part.pattern : part.op);
    return [];
  });
  if (refused.length > 0) throw shellOnly(text, origin, refused);
  return words;
}

/** `${PORT:-3000}` is the variable where it has a value on the host, else what follows. */
function reference(text: string, known: ReadonlySet<string>, refused: string[]): string {
  const [, name = "", otherwise] = /^(\w*)(?::?-(.*))?$/s.exec(text) ?? [];
  if (known.has(name)) return `\${${name}}`;
  if (otherwise !== undefined) return otherwise;
  refused.push(name ? `$${name}` : `$(…)`);
  return "";
}

function shellOnly(text: string, origin: Origin, refused: string[]): Error {
  const names = [...new Set(refused)];
  const unset = names.filter((name) => /^\$\w/.test(name));
  if (unset.length === names.length)
    return unusable(
      origin,
      `${unset.join(", ")} in ${JSON.stringify(text)} has no value on the host`,
      `set it in backendEnvironment, or the whole line: ${override()}`,
    );
  const last =
    text
      .split(/&&|\|\||;/)
      .at(-1)
      ?.trim() ?? "";
  return unusable(
    origin,
    `expected one command that runs without a shell, found ${names.join(" ")} in ${JSON.stringify(text)}`,
    `name the process that serves; what builds is run beforehand: ${override(/^[\w./ =:-]+$/.test(last) ? last : undefined)}`,
  );
}

/** The other way round, for people. */
export function shellText(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./${}-]+$/.test(word) ? word : quote([word]))).join(" ");
}
