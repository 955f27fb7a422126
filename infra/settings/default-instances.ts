import { existsSync } from "node:fs";
import { join } from "node:path";
import { ecosystemFiles, evaluate } from "../render/start/ecosystem-file.ts";
import { instancesOf } from "../render/start/ecosystem-start.ts";
import type { Settings } from "./schema.ts";

type Some = Partial<Omit<Settings, "backendInstances">>;

/**
 * How many processes the backend's own pm2 file asks for; 1 where it does not say. What is wrong with the file, the
 * making of the release says.
 */
export function defaultInstances({ backendSource: folder, backendStart, backendName }: Some): number {
  if (folder === undefined || backendStart !== undefined) return 1;
  const file = ecosystemFiles.find((name) => existsSync(join(folder, name)));
  if (file === undefined) return 1;
  try {
    const found = evaluate(folder, file);
    const own = found.find(({ name }) => name === backendName) ?? (found.length === 1 ? found[0] : undefined);
    const count = instancesOf(own?.instances);
    return typeof count === "number" ? count : 1;
  } catch {
    return 1;
  }
}
