import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../infra/package-root.ts";

/** The Pulumi project that a command works on. */
export interface Project {
  /** The folder of its Pulumi.yaml. */
  folder: string;
  name: string;
  /** A program of one's own that uses the library; else this checkout. */
  own: boolean;
}

/** There is no Pulumi.yaml in the folder where a command was typed, or above it. */
export class NoProject extends Error {}

/** Whether this code runs from `npm pack`'s archive; the build says so. */
export const installed = process.env.GEO_SYSTEM_INSTALLED === "yes";

/**
 * The project of the nearest Pulumi.yaml in or above a folder; this checkout where there is none.
 *
 * @throws where the package is installed and there is no Pulumi.yaml
 */
export function projectHere(from = process.cwd(), isInstalled = installed): Project {
  const folder = nearest(from) ?? (isInstalled ? undefined : packageRoot);
  if (!folder)
    throw new NoProject(
      `no Pulumi.yaml in ${from} or above it: this works on a Pulumi project that uses this package\n` +
        "  next: cd into the folder of your project",
    );
  return { folder, name: nameOf(folder), own: folder !== packageRoot };
}

function nearest(folder: string): string | undefined {
  if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearest(parent);
}

function nameOf(folder: string): string {
  const file = join(folder, "Pulumi.yaml");
  const project = parse(readFileSync(file, "utf8")) as { name?: unknown } | null;
  if (typeof project?.name === "string") return project.name;
  throw new Error(`${file}: name: expected the name of the project, found ${JSON.stringify(project?.name)}`);
}
