/** What a client's message means. */
export interface Meaning {
  /** Recognises it, in the words of whoever prints it. */
  pattern: RegExp;
  /** Stays the same: names it in `--json` and in tests. */
  name: string;
  means: string;
  check: string;
  worry: string;
}

/** Said in more than one of them. */
export const diagnose = "npm run diagnose";
export const ifItStays = "Yes, if it stays so for five minutes.";
