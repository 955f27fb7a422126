/** Milliseconds before the first try, and at most. */
export const first = 1_000;
export const longest = 30_000;

/**
 * How long to wait before the next try: AWS's "full jitter", anything between nothing and a bound. The bound is
 * 1 s after the first failure, doubles with each one that follows, and stays at 30 s, for ever. So thousands of
 * clients that lose a server in the same moment do not come back in the same moment.
 *
 * @param {number} failures how many tries failed in a row, from 1
 * @param {() => number} random from 0 to 1
 */
export function delayAfter(failures, random = Math.random) {
  return random() * Math.min(longest, first * 2 ** (failures - 1));
}
