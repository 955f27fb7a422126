import type { FileDiff } from "./file-diff.ts";
import type { Part } from "./fit-length.ts";
import { code, details, fence, html, shortened, visible } from "./markdown.ts";
import type { ReleaseChange } from "./release-change.ts";

/** Below so many characters a beginning of a diff says nothing. */
const least = 400;

/** A folded diff under a title. Where it is too long its beginning stays. */
export function foldedDiff(title: string, name: string, diff: string, rank: number): Part {
  const text = (lines: string) => details(title, fence(lines, "diff"));
  return {
    rank,
    name: shortName(name),
    text: text(diff),
    cut(room) {
      const left = room - text("").length - 120; // for the line that says so, and a fence that may grow
      if (left < least) return undefined;
      const begun = diff.slice(0, left).split("\n").slice(0, -1);
      const missing = diff.split("\n").length - begun.length;
      return text([...begun, `… ${missing} more lines, cut for their length`].join("\n"));
    },
  };
}

/** A file that changes. Where its patch is not worth its lines, one line. */
export function filePart(file: FileDiff, rank: number): Part {
  const title = `${code(file.name)} ${counts(file)}`;
  if (file.patch) return foldedDiff(title, file.name, file.patch, rank);
  return {
    rank,
    name: shortName(file.name),
    text: `${title}: too long to show`,
  };
}

/** Of a long path the end says most. */
const shortName = (name: string) => code(name.length > 60 ? `…${name.slice(-59)}` : name);

/** `+1 −2`, or `new, 40 lines`. */
export function counts({ added, removed, isNew }: FileDiff): string {
  return isNew ? `new, ${added} line${added === 1 ? "" : "s"}` : `+${added} −${removed}`;
}

/** Which files a release brings. In a diff GitHub colours `!` as it does a change. */
export function releasePart(step: string, release: ReleaseChange, rank: number): Part | undefined {
  if (!release.from || !release.to) return undefined;
  const lines = [
    ...release.added.map((path) => `+ ${visible(path)}`),
    ...release.changed.map((path) => `! ${visible(path)}`),
    ...release.removed.map((path) => `- ${visible(path)}`),
  ];
  const title = `${step}: release ${code(release.from)} → ${code(release.to)}, ${html(releaseCounts(release))}`;
  return foldedDiff(title, "files of the release", lines.join("\n"), rank);
}

/** `1 file added, 2 changed`; files may be the same where only their order or kind differs. */
export function releaseCounts({ added, changed, removed }: ReleaseChange): string {
  const counted = [
    [added.length, "added"],
    [changed.length, "changed"],
    [removed.length, "removed"],
  ] as const;
  const said = counted.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return said.length > 0 ? `files: ${said.join(", ")}` : "no file differs in its text";
}

/** Errors as they were said. A long one keeps its beginning. */
export function errorText(text: string): string {
  return fence(visible(shortened(text, 4000)));
}

/** A list under a heading. Where it is too long its beginning stays. */
export function bullets(heading: string, lines: readonly string[], name: string, rank: number): Part {
  const text = (shown: readonly string[]) => [`${heading}\n`, ...shown.map((line) => `- ${line}`)].join("\n");
  return {
    rank,
    name,
    text: text(lines),
    cut(room) {
      let left = room - text([]).length - 80; // for the line that says so
      const over = lines.findIndex((line) => {
        left -= line.length + "\n- ".length;
        return left < 0;
      });
      if (over <= 0) return undefined;
      return text([...lines.slice(0, over), `… ${lines.length - over} more, cut for their length`]);
    },
  };
}
