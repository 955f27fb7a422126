import type { ApplicationFacts, Written } from "../host/facts.ts";
import { applicationKey, type Called } from "../settings/application-key.ts";
import { isShared } from "../settings/host-needs.ts";
import type { StepPlan } from "./plan.ts";

/*
 * The backend's data: what a release wrote into its own folder, and what moves when paths are shared.
 */

/** What the running release wrote beside its files, and no shared path will take along. */
export function writtenNotes(
  { written }: Pick<ApplicationFacts, "written">,
  shared: readonly string[],
  of: Called = {},
): string[] {
  const entries = (written?.entries ?? []).filter(({ name }) => !isShared(name, shared));
  if (!written || entries.length === 0) return [];
  const folders = [...new Set(entries.map(({ name }) => name.split("/")[0] ?? name))].slice(0, most);
  return [
    `release ${written.release} wrote into its own folder: ${writtenText(entries)}; the next release does not have these files, and they are put aside when this one is removed. Data that must survive: ${JSON.stringify(folders)} in ${applicationKey(of, "backendShared")}, or DATA_DIR`,
  ];
}

/** More are counted and not named. */
const most = 5;

/** `data/db.sqlite (2.1 MB), uploads/ (34 files, 12.0 MB)` */
export function writtenText(entries: readonly Written[]): string {
  const named = entries.slice(0, most).map(({ name, bytes, count }) => {
    const size = bytesText(bytes);
    return count === 1 ? `${name} (${size})` : `${name} (${count} files, ${size})`;
  });
  const more = entries.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What a change of `backendShared` does to the data; connected clients do not notice. */
export function sharedChange({ first, before, settings }: StepPlan): string[] {
  if (first) return [];
  const [was, wanted] = [before.shared ?? [], settings.shared ?? []];
  const added = wanted.filter((path) => !was.includes(path));
  const removed = was.filter((path) => !wanted.includes(path));
  const folder = `/srv/${settings.name?.[0]}/shared`;
  return [
    ...(added.length > 0
      ? [
          `${added.join(", ")} of the running release ${added.length > 1 ? "move" : "moves"} to ${folder}, and a link takes its place`,
        ]
      : []),
    ...removed.map(
      (path) =>
        `${path} is no longer shared: a new release has its own, and the data stays in ${folder}/${path}`,
    ),
  ];
}
