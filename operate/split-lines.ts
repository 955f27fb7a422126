/** Cuts a stream of text into its lines; what has no end yet waits for the rest. */
export function splitLines(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
