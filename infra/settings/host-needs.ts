import { z } from "zod";

/*
 * What a backend needs beside its own files: packages and services of the host, and folders that outlive a release.
 */

/** Units whose state other steps decide. */
const ownUnits = /^(nginx|ufw|pm2-.*)(\.service)?$/;

const unitName =
  /^[A-Za-z0-9][A-Za-z0-9:_.-]*(@[A-Za-z0-9][A-Za-z0-9:_.-]*)?(\.(service|socket|timer|path|target))?$/;

/** The whole name of a unit: `redis-server` is `redis-server.service`. */
export const unitOf = (name: string) =>
  /\.(service|socket|timer|path|target)$/.test(name) ? name : `${name}.service`;

const once = (values: readonly string[]) => new Set(values).size === values.length;

export const listOf = (kind: z.ZodType<string>, expected: string) =>
  z.array(kind, expected).refine(once, "each of them once");

export const hostPackages = listOf(
  z
    .string("names of apt packages")
    .regex(/^[a-z0-9][a-z0-9+.-]+$/, "the name of an apt package, such as redis-server"),
  'a list of apt packages: ["redis-server"]',
);

export const hostServices = listOf(
  z
    .string("names of systemd units")
    .regex(unitName, "the name of a systemd unit, such as redis-server or postgresql@16-main.service")
    .refine((name) => !ownUnits.test(name), "a unit of the host's own: nginx, ufw and pm2 are kept anyway")
    .transform(unitOf),
  'a list of systemd units: ["redis-server"]',
);

/** What decides how a release is installed and started comes with each release. */
const ofTheRelease =
  /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|\.npmrc)$/;

export function isInside(path: string): boolean {
  const parts = path.split("/");
  return (
    parts.every((part) => part !== "" && part !== "." && part !== "..") &&
    !parts.includes("node_modules") &&
    !ofTheRelease.test(path) &&
    path === path.trim() &&
    !/\p{Cc}/u.test(path)
  );
}

const expectedPath =
  "a folder or file within the release, such as data or storage/app: no .., no leading /, no node_modules, no package.json";

export const backendShared = listOf(
  z
    .string("paths within the release")
    .transform((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""))
    .refine(isInside, expectedPath),
  'a list of paths within the release: ["data", "uploads"]',
).refine((paths) => paths.every((path) => enclosing(path, paths) === undefined), {
  error: "paths that do not lie within each other",
});

/** The one of `folders` that contains `path`; a path does not contain itself. */
export const enclosing = (path: string, folders: readonly string[]) =>
  folders.find((folder) => path.startsWith(`${folder}/`));

/** Whether a file of the release is shared, by its own path or by a folder that it lies in. */
export const isShared = (path: string, shared: readonly string[]) =>
  shared.some((folder) => path.replace(/\/$/, "") === folder) || enclosing(path, shared) !== undefined;

/** A shared path that would put a link in the place of what is started. */
export function sharedProblems(shared: readonly string[], script: string): string[] {
  const path = shared.includes(script) ? script : enclosing(script, shared);
  return path === undefined
    ? []
    : [
        `backendShared: expected paths beside the program, found ${JSON.stringify(path)}, which holds ${script}, the file that is started; share a folder that holds data only`,
      ];
}
