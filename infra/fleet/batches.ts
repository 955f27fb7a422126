import type { Rollout } from "../settings/fleet.ts";

/** A host as the order of a rollout sees it. */
export interface Ranked {
  name: string;
  /** Whether clients are served by it before the run. */
  serves: boolean;
}

type BatchSizes = Pick<Rollout, "canary" | "parallel" | "maxUnavailable">;

/**
 * In which batches a run goes over the hosts: hosts without clients first and all at once, since they have nothing to lose
 * and are then there for the clients of the others; of those that serve, the canaries, then the rest.
 *
 * @example batchesOf(["a", "b", "c", "d"].map(serving), { canary: 1, parallel: 2 }) // [["a"], ["b", "c"], ["d"]]
 */
export function batchesOf(
  hosts: readonly Ranked[],
  { canary, parallel, maxUnavailable = Number.POSITIVE_INFINITY }: BatchSizes,
): string[][] {
  const names = (serves: boolean) => hosts.filter((host) => host.serves === serves).map(({ name }) => name);
  const serving = names(true);
  const chunked = (all: readonly string[], size: number) => chunks(all, Math.min(size, maxUnavailable));
  const canaries = chunked(serving.slice(0, canary), canary);
  return [names(false), ...canaries, ...chunked(serving.slice(canary), parallel)].filter(
    (batch) => batch.length > 0,
  );
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: size === 0 ? 0 : Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
  );
}
