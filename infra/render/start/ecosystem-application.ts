import { type Application, readEcosystem } from "./ecosystem-file.ts";
import { type Origin, override, placeOfFile, unusable } from "./origin.ts";
import type { ReleaseContext } from "./release-context.ts";

/** What a file of pm2's describes. */
export interface Applications {
  own: Application;
  /** The names of those that this package does not start. */
  others: string[];
}

/**
 * The applications that a file of pm2's describes; nothing where the file is about something else.
 *
 * @throws where it cannot be read, or names several applications and none is ours
 */
export async function readApplications(
  file: string,
  context: ReleaseContext,
): Promise<Applications | undefined> {
  const origin = placeOfFile(file);
  if (!context.paths.has(file)) throw unusable(origin, "expected a file of the release, and it is not in it");
  const found = await readEcosystem(context.folder, file, context.paths);
  if (found.length === 0) return undefined;
  const own = chosen(found, origin, context.parameters.backendName);
  return { own, others: found.filter((one) => one !== own).map(({ name }) => String(name)) };
}

/**
 * The one of our name, or the only one.
 *
 * @throws where there are several, and none has that name
 */
function chosen(found: Application[], origin: Origin, name: string | undefined): Application {
  const named = found.find((one) => one.name === name) ?? (found.length === 1 ? found[0] : undefined);
  if (named) return named;
  throw unusable(
    origin,
    `expected one application, or one that is called ${name}, as backendName says; found ${found.map((one) => one.name).join(", ")}`,
    `set backendName to the one that serves WebSockets, or ${override()}`,
  );
}
