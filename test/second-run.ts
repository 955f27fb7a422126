import { relative } from "node:path";
import { packageRoot } from "../infra/package-root.ts";
import { type FileResult, failedFiles, firstReason, type Results } from "./results.ts";

/** More failing files than this are no coincidence. */
const most = 4;

/**
 * The files that deserve a second run. Hosts that boot beside each other on two cores are slow at times, so a story on
 * them may fail once; its file is run again as a whole, because the stories of a file share a host, and one that failed
 * halfway leaves it in a state that proves nothing. Pure logic gets no second chance.
 */
export function worthASecondRun(first: Results): FileResult[] {
  const failed = failedFiles(first);
  const pure = failed.some(({ name }) => /^(test\/unit|examples)\//.test(shortName(name)));
  return pure || failed.length > most ? [] : failed;
}

/** What holds after both runs: a file that ran again is judged by its second run. */
export function combined(first: Results, second: Results): Results {
  return new Map([...first, ...second]);
}

/** A file and why it failed at first, for a list: nothing that needed its second run passes unseen. */
export function described(file: FileResult): string {
  return `${shortName(file.name)}: ${firstReason(file)}`;
}

export function shortName(path: string): string {
  return relative(packageRoot, path).replaceAll("\\", "/");
}
