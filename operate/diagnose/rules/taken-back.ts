import type { Backend, Inside } from "../inside/observed.ts";
import { backendLog } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

type Served = Pick<Backend, "release" | "deployedRelease" | "takenBack">;

/** Behind what is said of a release that serves, while it waits for its proof. */
export function provisionalText({ backend: { provisional } }: Pick<Inside, "backend">): string {
  if (!provisional) return "";
  const { release, seconds } = provisional;
  return `; release ${release} serves provisionally, and is taken back ${seconds > 0 ? `in ${seconds} s` : "now"} unless it is confirmed`;
}

/** The last deployment, if it was reverted: not by a rollback, which was intended. */
export function takenBack({ backend }: { backend: Served }) {
  const { release, deployedRelease, takenBack: last } = backend;
  return release !== deployedRelease && last?.release === deployedRelease ? last : undefined;
}

/** Users are served by the release before, and whoever deployed may believe in the new one. */
export const releaseTakenBack: Rule = ({ inside, target }) => {
  const last = inside && takenBack(inside);
  if (!last) return undefined;
  return {
    ...{ hop: "pm2", severity: "warn" },
    cause: `the release that was deployed last was taken back, and ${inside.backend.release || "nothing"} serves: ${last.why}`,
    evidence: [`release ${last.release} was taken back at ${last.at.replace("T", " ").replace("Z", " UTC")}`],
    fix: [backendLog(target), `# correct the release, and deploy it again: ${target.up}`],
    worry: worry.soon,
  };
};
