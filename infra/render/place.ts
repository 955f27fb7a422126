/**
 * The last guard before a value enters a file of the host. The configuration was checked already; this also holds
 * for a program that renders with values of its own.
 *
 * @throws if the value could end its directive, line or string and begin another
 * @example matching("siteName", "geo-system", /^[a-z-]+$/) // "geo-system"
 */
export function matching(name: string, value: string, pattern: RegExp): string {
  if (!pattern.test(value)) throw refused(name, String(pattern), value);
  return value;
}

/** A whole number of that range. */
export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw refused(name, `a whole number from ${least} to ${most}`, value);
}

function refused(name: string, expected: string, found: unknown): Error {
  return new Error(`${name}: expected ${expected}, found ${JSON.stringify(found)}`);
}
