/** A heading of a page and what stands below it, up to the next heading. */
export interface Section {
  level: number;
  heading: string;
  /** `like this`, each once, in the order of the text. */
  spans: string[];
  /** Fenced blocks, with their fences. */
  blocks: string[];
  /** The code spans of each row of its tables. */
  rows: string[][];
}

/** The sections of a page, in order; what stands before its first heading is left out. */
export function sectionsOf(markdown: string): Section[] {
  const sections: (Section & { prose: string })[] = [];
  for (const part of markdown.split(/(^ *```[\s\S]*?^ *```$)/m)) {
    if (/^ *```/.test(part)) sections.at(-1)?.blocks.push(part);
    else for (const line of part.split("\n")) read(line, sections);
  }
  return sections.map(({ prose, ...section }) => ({ ...section, spans: spansOf(prose) }));
}

function read(line: string, sections: (Section & { prose: string })[]): void {
  const [, marks, heading = ""] = /^(#+) (.*)$/.exec(line) ?? [];
  const section = sections.at(-1);
  if (marks) sections.push({ level: marks.length, heading, prose: heading, spans: [], blocks: [], rows: [] });
  if (section && !marks && line.startsWith("|")) section.rows.push(spansOf(line));
  if (section && !marks) section.prose += ` ${line.trim()}`; // a span may be wrapped
}

function spansOf(prose: string): string[] {
  const spans = [...prose.matchAll(/(`+)(.+?)\1/g)].map(([, , code = ""]) => code.trim().replace(/ +/g, " "));
  return [...new Set(spans)];
}

/** A block without its comments, which are translated. */
export const withoutComments = (block: string) =>
  block
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trimEnd())
    .filter((line, i, { length }) => line.trim() !== "" || i === 0 || i === length - 1)
    .join("\n");

/** The anchor that GitHub makes of a heading. */
export const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
