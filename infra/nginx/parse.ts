/** One directive: its words, and what stands in its braces. */
export interface Directive {
  name: string;
  values: string[];
  /** Undefined where it ends with a semicolon. */
  block?: Directive[];
  file: string;
}

/** Quoted texts, words (also `${name}`), and the three signs; comments are passed over. */
const token = /#[^\n]*|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([{};])|((?:\$\{\w+\}|\\.|[^\s{};"'\\])+)/g;

/** The directives of one file, as nginx reads them. What nginx has accepted is well-formed, so nothing is refused. */
export function parseNginx(text: string, file: string): Directive[] {
  const top: Directive[] = [];
  const open: Directive[][] = [top];
  let words: string[] = [];
  for (const [all, double, single, sign, bare] of text.matchAll(token)) {
    if (all.startsWith("#")) continue;
    if (sign === undefined) words.push(double ?? single ?? bare ?? "");
    else if (sign === "}") {
      if (open.length > 1) open.pop();
      words = [];
    } else {
      const [name = "", ...values] = words;
      const block: Directive[] = [];
      open.at(-1)?.push({ name, values, file, ...(sign === "{" && { block }) });
      if (sign === "{") open.push(block);
      words = [];
    }
  }
  return top;
}
