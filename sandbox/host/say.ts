/** Progress goes to stderr, so that what `info` and `ssh` print can be piped. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
