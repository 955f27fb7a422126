import { readFileSync } from "node:fs";
import { join } from "node:path";
import ignore, { type Ignore } from "ignore";

/** Files such as .gitignore, in any folder of a tree: a deeper one outvotes those above it, as git has it. */
export class IgnoreFiles {
  readonly #root: string;
  readonly #names: readonly string[];
  readonly #rules = new Map<string, Ignore>();
  readonly #verdicts = new Map<string, boolean>();

  constructor(root: string, names: readonly string[]) {
    this.#root = root;
    this.#names = names;
  }

  /** @param path from the root, with `/` at its end where it is a folder */
  excludes(path: string): boolean {
    const folder = folderOf(path);
    if (folder && this.#excludesFolder(folder)) return true; // What lies in it cannot be taken back in.
    for (let at = folder; ; at = folderOf(at)) {
      const { ignored, unignored } = this.#rulesOf(at).test(path.slice(at.length));
      if (ignored || unignored) return ignored;
      if (!at) return false;
    }
  }

  #excludesFolder(folder: string): boolean {
    const known = this.#verdicts.get(folder);
    if (known !== undefined) return known;
    const verdict = this.excludes(folder);
    this.#verdicts.set(folder, verdict);
    return verdict;
  }

  #rulesOf(folder: string): Ignore {
    const known = this.#rules.get(folder);
    if (known) return known;
    const rules = ignore().add(this.#names.map((name) => read(join(this.#root, folder, name))).join("\n"));
    this.#rules.set(folder, rules);
    return rules;
  }
}

/** The folder that holds it, with `/` at its end; empty for the root. */
const folderOf = (path: string) => path.slice(0, path.replace(/\/$/, "").lastIndexOf("/") + 1);

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code))) return "";
    throw error;
  }
}
