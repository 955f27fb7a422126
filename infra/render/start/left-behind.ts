import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isSet, knownVariables, type ReleaseContext, secretsAreKnown } from "./release-context.ts";

/** What dotenv and its like read by themselves. */
const environmentFiles = [".env", ".env.local", ".env.production", ".env.production.local"];

/** How many names of variables are shown. */
const shown = 8;

/**
 * Of each environment file that does not travel, the variables that the configuration does not set: a backend may need
 * them. Their values are not told.
 */
export async function leftBehind(context: ReleaseContext): Promise<string[]> {
  const { folder, paths, parameters } = context;
  if (!secretsAreKnown(parameters)) return [];
  const staying = environmentFiles.filter((file) => !paths.has(file));
  const notes = await Promise.all(
    staying.map(async (file) => {
      const text = await readFile(join(folder, file), "utf8").catch(() => ""); // most have none
      const told = knownVariables(context);
      const unset = Object.keys(parseEnv(text)).filter((name) => !told.has(name) && !isSet(name, parameters));
      return unset.length === 0 ? [] : [noteOf(file, unset)];
    }),
  );
  return notes.flat();
}

function noteOf(file: string, names: string[]): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  return `${file} does not travel; set what the backend needs of it by backendEnvironment or backendSecretEnvironment: ${names.slice(0, shown).join(", ")}${more}`;
}
