/** Where the service says what it does; pm2 keeps both streams. Neither ever receives a token. */
export interface Log {
  info(line: string): void;
  error(line: string): void;
}

export const consoleLog: Log = {
  info: (line) => console.log(line),
  error: (line) => console.error(line),
};

/** `Error: message` of anything that was thrown, on one line. */
export function inOneLine(thrown: unknown): string {
  return String(thrown).replaceAll(/\s+/g, " ");
}
