/** Thrown when the environment cannot be used; the message lists every problem, one a line. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `  ${problem}`).join("\n"));
    this.problems = problems;
  }
}

export interface IntegerRule {
  otherwise: number;
  min: number;
  max: number;
}

export interface TextRule {
  otherwise: string;
  pattern: RegExp;
  /** What the pattern asks for, in words. */
  expected: string;
}

/** Reads variables one by one and collects what is wrong, so that one error can name it all. */
export class EnvironmentReader {
  readonly problems: string[] = [];
  readonly #variables: NodeJS.ProcessEnv;

  constructor(variables: NodeJS.ProcessEnv) {
    this.#variables = variables;
  }

  integer(name: string, { otherwise, min, max }: IntegerRule): number {
    const text = this.#variables[name];
    if (!text) return otherwise;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.problems.push(
      `${name}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(text)}`,
    );
    return otherwise;
  }

  text(name: string, { otherwise, pattern, expected }: TextRule): string {
    const text = this.#variables[name];
    if (!text) return otherwise;
    if (!pattern.test(text))
      this.problems.push(`${name}: expected ${expected}, found ${JSON.stringify(text)}`);
    return text;
  }

  /** A value that never shows in an error. */
  secret(name: string, minLength: number): string {
    const text = this.#variables[name] ?? "";
    const found = text === "" ? "nothing" : `${text.length}`;
    if (text.length < minLength) {
      this.problems.push(
        `${name}: expected a secret of at least ${minLength} characters, found ${found}; ` +
          "make one with: openssl rand -hex 32",
      );
    }
    return text;
  }
}
