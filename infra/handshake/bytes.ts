/** The bytes that hexadecimal digits spell, blanks passed over; undefined where they spell none. */
export function bytesOf(hex: string): Buffer | undefined {
  const digits = hex.replace(/\s/g, "");
  return /^([0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, "hex") : undefined;
}

/** A pattern for the hexadecimal digits of a whole frame. */
export function hexPattern(pattern: string): string {
  // The names of groups keep their letters.
  const digits = pattern.replace(/\s/g, "").replace(/\(\?<\w+>|[A-F]/g, (found) => {
    return found.length > 1 ? found : found.toLowerCase();
  });
  return `^(?:${digits})$`;
}
