import { z } from "zod";
import { enclosing, isInside, listOf } from "./host-needs.ts";

/*
 * Data of an application that was run by hand, which comes along: key `takeOver.data`.
 */

const expected =
  "a folder of the application, such as data, or one elsewhere by its whole path, such as /var/lib/geo/uploads: no .., no whole home";

const lastName = (path: string) => path.slice(path.lastIndexOf("/") + 1);

const isHome = (path: string) => /^\/(root|home(\/[^/]+)?)$/.test(path);

function canComeAlong(path: string): boolean {
  if (!path.startsWith("/")) return isInside(path);
  return isInside(path.slice(1)) && isInside(lastName(path)) && path.lastIndexOf("/") > 0 && !isHome(path);
}

export const takenPath = listOf(
  z
    .string("folders of the application")
    .transform((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""))
    .refine(canComeAlong, expected),
  'a list of folders: ["data", "/var/lib/geo/uploads"]',
);

/** A folder as the host has it, in the application's folder or by its whole path, and where releases find it. */
export interface TakenData {
  source: string;
  path: string;
}

interface Keys {
  backendShared?: readonly string[] | undefined;
  takeOver?: { data?: readonly string[] | undefined } | undefined;
}

/** One elsewhere comes to the shared path that it ends with, else to its last name. */
export function takenData({ backendShared = [], takeOver }: Keys): TakenData[] {
  return (takeOver?.data ?? []).map((source) => {
    if (!source.startsWith("/")) return { source, path: source };
    const [longest] = backendShared
      .filter((path) => source.endsWith(`/${path}`))
      .sort((one, other) => other.length - one.length);
    return { source, path: longest ?? lastName(source) };
  });
}

/** What survives a release: what is configured so, and what comes along. */
export const sharedWithTaken = (keys: Keys): string[] => [
  ...new Set([...(keys.backendShared ?? []), ...takenData(keys).map(({ path }) => path)]),
];

/** Two folders that would come to one place, or one within the other. */
export function takenConflicts(keys: Keys): string[] {
  const shared = sharedWithTaken(keys);
  return takenData(keys).flatMap(({ source, path }, at, all) => {
    const same = all.slice(0, at).find((other) => other.path === path);
    const other = same?.source ?? enclosing(path, shared) ?? shared.find((each) => enclosing(each, [path]));
    if (other === undefined) return [];
    const place = `takeOver.data: expected a place of its own for ${source}, found ${path}`;
    return [
      same
        ? `${place}, to which ${other} comes as well; name one of the two, or a shared path that tells them apart in backendShared`
        : `${place}, which does not lie apart from ${other} in backendShared; name the outer one in both`,
    ];
  });
}
