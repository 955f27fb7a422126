/** What a bench asks of a tool, in this order, on one host. */
export const jobs = ["cold", "unchanged", "command", "preview", "site", "release"] as const;
export type Job = (typeof jobs)[number];

/** What each job means, for the table. */
export const meaning: Record<Job, string> = {
  cold: "a bare host to a serving one",
  unchanged: "again, nothing changed",
  command: "`npm run up`, nothing changed",
  preview: "preview, nothing changed",
  site: "one line of the site changed",
  release: "a new release of the backend",
};

/** The desired state of one job: what differs between two jobs is only this. */
export interface Wanted {
  /** Seconds a silent WebSocket is held: one line of the site. */
  readTimeout: number;
  /** Folder of the backend. */
  backendSource: string;
}

/** The same versions as the package's own defaults. */
export const versions = { node: "24.21.0", npm: "11.19.1", pm2: "7.0.4" };

/** The secret of the backend: a floor has none to hide. */
export const secret = "bench-secret-of-32-characters-xx";

/** A job as variables of a playbook or a deploy. */
export function variables({ readTimeout, backendSource }: Wanted) {
  return { ...versions, secret, timeout: readTimeout, source: backendSource };
}

/** A way to do the jobs on a fresh host. */
export interface Tool extends AsyncDisposable {
  name: string;
  /** Jobs that this way does not know. */
  without: readonly Job[];
  run(job: Job, wanted: Wanted): Promise<void>;
}
