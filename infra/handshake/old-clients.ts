/**
 * The first Android that has a root, which it gets with the system alone: the oldest clients that still matter. By
 * https://letsencrypt.org/docs/certificate-compatibility/ (Chrome from 105 on and Firefox bring roots of their own).
 */
const androids: Record<string, string> = {
  "ISRG Root X1": "7.1.1",
  "ISRG Root X2": "14",
};

/** `ISRG Root X1 (Android 7.1.1 and later)`; the name alone where that is not known. */
export function withOldest(root: string): string {
  const android = androids[root];
  return android ? `${root} (Android ${android} and later)` : root;
}
