import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The full path of a command, looked for like a shell does; undefined where there is none. */
export function onPath(command: string, path = process.env.PATH ?? ""): string | undefined {
  return allOnPath(command, path)[0];
}

/** Every place where PATH holds the command, first to last. */
export function allOnPath(command: string, path = process.env.PATH ?? ""): string[] {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, command))
    .filter(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not for us: either way it cannot be run.
    return false;
  }
}
