import { StringDecoder } from "node:string_decoder";

/** More lines than this waiting are handed on together: who takes them is slower than who writes them. */
const backlog = 100;

/** Cuts a stream into lines and hands them on as they are complete, in order. */
export class Lines {
  readonly #emit: (text: string) => Promise<void>;
  readonly #decoder = new StringDecoder("utf8");
  readonly #waiting: string[] = [];
  #rest = "";
  #handing: Promise<void> | undefined;

  constructor(emit: (text: string) => Promise<void>) {
    this.#emit = emit;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    this.#send(lines);
  }

  /** Hands on what has no newline behind it, and waits until all lines have arrived. */
  async end(): Promise<void> {
    this.#rest += this.#decoder.end();
    if (this.#rest !== "") this.#send([this.#rest]);
    await this.#handing;
  }

  #send(lines: string[]): void {
    for (const line of lines) this.#waiting.push(line.replace(/\r$/, ""));
    if (this.#waiting.length > 0) this.#handing ??= this.#handOn();
  }

  async #handOn(): Promise<void> {
    while (this.#waiting.length > 0) {
      const next = this.#waiting.splice(0, this.#waiting.length > backlog ? backlog : 1);
      await this.#emit(next.join("\n"));
    }
    this.#handing = undefined;
  }
}
