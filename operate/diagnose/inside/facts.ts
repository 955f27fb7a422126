/** Lines as templates/diagnose/head.sh prints them: a name and its parts, separated by tabs. */
export class Facts {
  readonly #lines = new Map<string, string[][]>();

  constructor(output: string) {
    for (const line of output.split("\n")) {
      const [name, ...parts] = line.split("\t");
      if (name) this.#lines.set(name, [...(this.#lines.get(name) ?? []), parts]);
    }
  }

  /** Whether the host came to the end of what it had to say. */
  get whole(): boolean {
    return this.#lines.has("end");
  }

  /** Every line of that name, made into something. */
  all<T>(name: string, make: (...parts: string[]) => T): T[] {
    return (this.#lines.get(name) ?? []).map((parts) => make(...parts));
  }

  /** The first line's parts; empty where there is none. */
  one(name: string): string[] {
    return this.#lines.get(name)?.[0] ?? [];
  }

  /** A text of several lines; undefined where there is none. */
  text(name: string): string | undefined {
    const found = (this.#lines.get("text") ?? []).find(([key]) => key === name)?.[1];
    return found === undefined ? undefined : Buffer.from(found, "base64").toString("utf8");
  }
}
