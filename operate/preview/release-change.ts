import { parsePayload } from "./payload-text.ts";

/** What a new release brings, by the paths of its files. */
export interface ReleaseChange {
  from: string | undefined;
  to: string | undefined;
  added: string[];
  changed: string[];
  removed: string[];
}

/** The lines of a backend's settings that a release change tells better. */
export const releaseSettings = /^(release|archive|file|asset): /;

/** Compares the releases of two backend payloads. Undefined where it stays, or neither names one. */
export function releaseChange(
  before: string | undefined,
  after: string | undefined,
): ReleaseChange | undefined {
  const [old, wanted] = [release(before), release(after)];
  if (old.name === wanted.name) return undefined;
  const paths = [...new Set([...old.files.keys(), ...wanted.files.keys()])].sort();
  const both = paths.filter((path) => old.files.has(path) && wanted.files.has(path));
  return {
    from: old.name,
    to: wanted.name,
    added: paths.filter((path) => !old.files.has(path)),
    changed: both.filter((path) => old.files.get(path) !== wanted.files.get(path)),
    removed: paths.filter((path) => !wanted.files.has(path)),
  };
}

/** A release as the settings tell it: its name, and `file: DIGEST PATH`, one line a file. */
function release(text: string | undefined) {
  const { settings } = parsePayload(text ?? "");
  const name = settings.find((line) => line.startsWith("release: "))?.slice("release: ".length);
  const files = settings.flatMap((line) => {
    const [, digest, path] = /^(?:file|asset): (\S+) (.+)$/.exec(line) ?? [];
    return digest && path ? [[path, digest] as const] : [];
  });
  return { name, files: new Map(files) };
}
