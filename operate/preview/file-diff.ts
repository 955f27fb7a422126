import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { visible } from "./markdown.ts";

/** A text before and after, as a unified diff. */
export interface FileDiff {
  /** Its path on the host, or in words what it is. */
  name: string;
  added: number;
  removed: number;
  /** Whether all of it comes. */
  isNew: boolean;
  /** With its file names; empty where only the counts are worth a line. */
  patch: string;
}

/** One side of a comparison; undefined where there is no such file. */
export interface Side {
  text: string;
  /** Owner and mode, "root:root 0644"; shown where they differ. */
  owner?: string;
}

/** A file that comes or goes as a whole is shown up to so many lines: it is no change of anything. */
const wholeLines = 120;
/** Beyond so many changed lines the comparison ends, which would take minutes (its time grows with their square). */
const maxEditLength = 1500;

/** Compares two sides of a file. Undefined where nothing differs. */
export function fileDiff(
  name: string,
  before: Side | undefined,
  after: Side | undefined,
): FileDiff | undefined {
  const [old, wanted] = [normal(before), normal(after)];
  const owners = before?.owner !== after?.owner && before && after;
  if (old === wanted && Boolean(before) === Boolean(after) && !owners) return undefined;
  const title = (side: Side | undefined) => {
    if (!side) return "/dev/null";
    return owners ? `${visible(name)} (${side.owner})` : visible(name);
  };
  const counted = compare(title(before), title(after), old, wanted);
  const whole = !before || !after;
  return {
    name,
    ...counted,
    isNew: !before,
    patch: whole && lines(old + wanted) > wholeLines ? "" : counted.patch,
  };
}

function compare(from: string, to: string, old: string, wanted: string): Omit<FileDiff, "name" | "isNew"> {
  const options = { context: 3, maxEditLength, headerOptions: FILE_HEADERS_ONLY } as const;
  const patch = createTwoFilesPatch(from, to, old, wanted, undefined, undefined, options);
  if (patch === undefined) return { added: lines(wanted), removed: lines(old), patch: "" };
  const body = patch.split("\n").slice(2);
  return {
    added: body.filter((line) => line.startsWith("+")).length,
    removed: body.filter((line) => line.startsWith("-")).length,
    patch: patch.trimEnd(),
  };
}

/** What cannot be seen is written out, so that a reviewer sees it; every text ends with a line end. */
function normal(side: Side | undefined): string {
  const text = visible(side?.text ?? "");
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

const lines = (text: string) => text.split("\n").length - 1;
