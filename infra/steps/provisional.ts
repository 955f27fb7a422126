import type { SshSession } from "../host/ssh.ts";
import { template } from "../package-root.ts";
import type { BackendStep } from "../step-names.ts";

/** How often the host hears that the run is alive; after 15 s of silence it takes its releases back. */
const beatMs = 3_000;

/** Releases that serve for now, and are held by their host for longer than a proof takes. */
export interface Held {
  /** Fails where the host does not hold them any longer. */
  lost: Promise<never>;
  /** Their verdict is given. */
  end(): Promise<void>;
}

/**
 * Lets the releases of a proven host serve for now until {@link Held.end}. Should this process end before that, because a step
 * of another host failed or the run was stopped, the host takes them back at once.
 */
export function holdReleases(session: SshSession, steps: readonly BackendStep[]): Held {
  const over = new AbortController();
  const following = session.follow(`sudo -n bash -s -- ${steps.join(" ")}`, {
    input: template("scripts/provisional.sh"),
    onText: () => {},
    signal: over.signal,
    beatMs,
  });
  const lost = following.then(({ stderr }): never => {
    throw new Error(`the host does not hold its release: ${stderr.trim() || "without a word"}`);
  });
  lost.catch(() => {}); // Thrown to whoever waits for it.
  return {
    lost,
    end: async () => {
      over.abort();
      await following;
    },
  };
}
