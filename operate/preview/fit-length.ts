/** A part of a text that may have to go where there is not enough room. */
export interface Part {
  text: string;
  /** The lowest stays longest. */
  rank: number;
  /** What it is, in Markdown of a few words, for the note on what was cut. */
  name: string;
  /** The part in at most so many characters; undefined where it would say nothing any more. */
  cut?(room: number): string | undefined;
}

const between = "\n\n";
/** Room for the note on what was cut. */
const reserve = 1200;
const named = 12;

/** Puts parts together in their order, in at most `limit` characters. What does not fit is cut by rank, and named. */
export function fitLength(parts: readonly Part[], limit: number): string {
  const whole = parts.map(({ text }) => text).join(between);
  if (whole.length <= limit) return whole;
  let room = limit - reserve;
  const kept = new Map<Part, string>();
  const cut: Part[] = [];
  for (const part of [...parts].sort((one, other) => one.rank - other.rank)) {
    const fits = part.text.length + between.length <= room;
    const text = fits ? part.text : part.cut?.(room - between.length);
    if (!fits) cut.push(part);
    if (text === undefined) continue;
    kept.set(part, text);
    room -= text.length + between.length;
  }
  const texts = parts.flatMap((part) => kept.get(part) ?? []);
  return [...texts, note(parts.filter((part) => cut.includes(part)))].join(between);
}

function note(cut: readonly Part[]): string {
  const names = cut.slice(0, named).map(({ name }) => name);
  const more = cut.length > named ? `, and ${cut.length - named} more` : "";
  return `**Cut for its length:** ${names.join(", ")}${more}. Whole: \`npm run preview -- --diff\``;
}
