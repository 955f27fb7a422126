import { StringDecoder } from "node:string_decoder";

/** Cuts a stream into lines and hands them on as they are complete, in order. */
export class Lines {
  readonly #emit: (line: string) => Promise<void>;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #last: Promise<void> = Promise.resolve();

  constructor(emit: (line: string) => Promise<void>) {
    this.#emit = emit;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#send(line);
  }

  /** Hands on what has no newline behind it, and waits until all lines have arrived. */
  async end(): Promise<void> {
    this.#rest += this.#decoder.end();
    if (this.#rest !== "") this.#send(this.#rest);
    await this.#last;
  }

  #send(line: string): void {
    this.#last = this.#emit(line.replace(/\r$/, ""));
  }
}
