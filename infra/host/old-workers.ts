/** Fewer are what a busy day leaves on a small host. */
const few = 4;

/** Whether so many old workers of nginx are more than a few: more than two reloads leave, beside these that serve. */
export const isMany = (old: number, current: number) => old > Math.max(few, 2 * current);
