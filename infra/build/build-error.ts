/** A build or an install that failed on this machine, with its own last lines. */
export class BuildError extends Error {
  /**
   * @param what `npm run build failed with exit code 2`
   * @param lines what it said last
   */
  constructor(what: string, folder: string, lines: string, next: string) {
    const said = lines
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`);
    super(
      [
        `The backend cannot be built; nothing was changed: ${what}`,
        ...said,
        `  folder: ${folder}`,
        `  next: ${next}`,
      ].join("\n"),
    );
  }
}
