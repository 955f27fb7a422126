import { posix } from "node:path";
import { type Directive, parseNginx } from "./parse.ts";

/** What `nginx -T` printed, as one tree: every `include` replaced by what it brought. */
export function readConfiguration(printed: string): Directive[] {
  const files = splitFiles(printed);
  const [main] = files.keys();
  if (main === undefined) return [];
  return expand(parseNginx(files.get(main) ?? "", main), files, posix.dirname(main));
}

/** The files that nginx read, by the names under which it found them. */
export const filesOf = (printed: string): string[] => [...splitFiles(printed).keys()];

/** The text of one of them, with the comments that nginx does not read; undefined where it is none of them. */
export const textOf = (printed: string, file: string): string | undefined => splitFiles(printed).get(file);

/** The files in the order in which nginx opened them. */
function splitFiles(printed: string): Map<string, string> {
  const parts = printed.split(/^# configuration file (.+):$/m).slice(1);
  const files = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) files.set(parts[i] ?? "", parts[i + 1] ?? "");
  return files;
}

function expand(directives: Directive[], files: Map<string, string>, folder: string): Directive[] {
  return directives.flatMap((each) => {
    if (each.name === "include") return included(each, files, folder);
    return each.block ? [{ ...each, block: expand(each.block, files, folder) }] : [each];
  });
}

function included({ values }: Directive, files: Map<string, string>, folder: string): Directive[] {
  const pattern = globExpression(posix.resolve(folder, values[0] ?? ""));
  return [...files.keys()]
    .filter((file) => pattern.test(file))
    .flatMap((file) => expand(parseNginx(files.get(file) ?? "", file), files, folder));
}

function globExpression(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);
}
