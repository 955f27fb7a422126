import { readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { z } from "zod";
import { BuildError } from "../build/build-error.ts";
import type { Say } from "../build/run-command.ts";
import { packReleaseOnce } from "../render/release-once.ts";
import { applications, argumentsOf, inItsWords } from "./application-keys.ts";
import { sharedProblems } from "./host-needs.ts";
import { type Settings, schema } from "./schema.ts";
import { sharedWithTaken } from "./taken-data.ts";

type Some = Partial<Settings>;

/**
 * What keeps the backend's folder from becoming a release; nothing where a key itself is wrong.
 *
 * @param say takes the progress of a build
 * @throws BuildError where it cannot be built: no key of the configuration is wrong then
 */
export async function releaseProblems(raw: Record<string, unknown>, say?: Say): Promise<string[]> {
  if (raw.applications === undefined) return problemsOfOne(raw, say);
  const form = applications.safeParse(raw.applications);
  if (!form.success) return [];
  const names = Object.keys(form.data);
  const all = names.map(async (name) =>
    (await problemsOfOne(argumentsOf(raw, name), say)).map((problem) => inItsWords(problem, name)),
  );
  return (await Promise.all(all)).flat();
}

async function problemsOfOne(raw: Readonly<Record<string, unknown>>, say?: Say): Promise<string[]> {
  const parameters = z.object(releaseKeys).safeParse(raw);
  if (!parameters.success) return [];
  const shared = z.object(sharedKeys).safeParse(raw);
  return packReleaseOnce(
    { ...parameters.data, backendSecretEnvironment: raw.backendSecretEnvironment },
    say,
  ).then(
    ({ start }) => sharedProblems(sharedWithTaken(shared.data ?? {}), start.script),
    (error: Error) => {
      if (error instanceof BuildError) throw error;
      return [error.message];
    },
  );
}

const { backendSource, backendInclude, backendBuild, npmRegistry, backendStart, backendName } = schema;
const { backendEnvironment, backendInstances, backendPort, websocketPath } = schema;
const sharedKeys = { backendShared: schema.backendShared, takeOver: schema.takeOver };
const releaseKeys = {
  ...{ backendSource, backendInclude, backendBuild, npmRegistry, backendStart, backendName },
  ...{ backendEnvironment, backendInstances, backendPort, websocketPath },
};

/** A Node on which the backend does not run, by its own word. The distribution's version is known on the host only. */
export function nodeConflicts({ backendSource, nodeVersion, nodeSource }: Some): string[] {
  if (!backendSource || !nodeVersion || !nodeSource || nodeSource === "distribution") return [];
  const range = wantedNode(backendSource);
  if (range === undefined || semver.satisfies(nodeVersion, range)) return [];
  const where = "engines.node in package.json of backendSource";
  return semver.validRange(range) === null
    ? [`backendSource: expected a range of versions as ${where}, found ${JSON.stringify(range)}`]
    : [`nodeVersion: expected ${range}, which is ${where}; found ${nodeVersion}`];
}

function wantedNode(folder: string): string | undefined {
  const text = readFileSync(join(folder, "package.json"), "utf8");
  try {
    const range = (JSON.parse(text) as { engines?: { node?: unknown } }).engines?.node;
    return typeof range === "string" ? range : undefined;
  } catch {
    return undefined; // The making of the release says what is wrong with the file.
  }
}
