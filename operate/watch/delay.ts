const first = 1_000;
const most = 30_000;

/**
 * Milliseconds before the next try: up to 1 s after the first failure, doubled after each further one, at most 30 s.
 * "Full jitter": anywhere below that, so that the clients of a backend that was away do not all come back at once.
 */
export function reconnectDelay(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(most, first * 2 ** Math.max(0, failures - 1));
}
