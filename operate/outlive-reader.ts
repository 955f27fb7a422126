import type { Writable } from "node:stream";

/** A reader that has gone, as `| head` does, stops nothing: what is begun on a host is brought to its end. */
export function outliveReader(streams: readonly Writable[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
