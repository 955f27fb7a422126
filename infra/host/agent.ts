/**
 * Runs `run` with an SSH agent that holds the keys: the operator's own where it has them, else one for this run.
 * `keyPaths`: configured key files; empty: the usual ones of `~/.ssh`.
 */
export async function withAgent<T>(_keyPaths: readonly string[], _run: () => Promise<T>): Promise<T> {
  throw new Error("withAgent: to follow");
}
