/** What a message means, and what to do about it. */
export interface Meaning {
  /** Recognises it, in the words of the program that prints it. */
  pattern: RegExp;
  /** Stays the same: names it in tests. */
  name: string;
  /** A message of this kind as a program prints it; the nearest one is shown for a message that is not known. */
  example: string;
  means: string;
  check: string;
  worry: string;
}

/** Said in more than one of them. */
export const diagnose = "npm run diagnose";
export const ifItStays = "Yes, if it lasts longer than five minutes.";
export const ownAddress = "Yes: this address never works.";
export const nobodyConnects = "Yes: no client can connect.";
