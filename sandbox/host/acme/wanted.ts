import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { folder, home } from "../paths.ts";

/*
 * That a person asked for a CA beside a sandbox. It is kept until the sandbox is thrown away, outside of its folder: a
 * start that failed, at whatever point, is finished by the next one without repeating the options.
 */

const mark = (name: string) => join(home, "acme-wanted", basename(folder(name)));

export const isCaWanted = (name: string): boolean => existsSync(mark(name));

export function wantCa(name: string): void {
  mkdirSync(join(home, "acme-wanted"), { recursive: true, mode: 0o700 });
  writeFileSync(mark(name), "");
}

export function forgetCa(name: string): void {
  rmSync(mark(name), { force: true });
}
