/**
 * Numbers from 0 to 1 that look random and are the same in every run, so that a failure can be seen again (mulberry32).
 *
 * @example const next = randomNumbers(1); next() // 0.6270739405881613
 */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
