import type { Observations } from "../observations.ts";
import { on, putBack } from "./fix.ts";
import { runs } from "./nginx.ts";
import { serves } from "./pm2.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

/*
 * Files that a running process no longer needs, and its next start does: they were removed while it served from memory.
 * To restart anything is then no remedy, since it would not come back.
 */

const failing = ({ outside }: Observations) => outside.flows.some(({ failure }) => failure);

/** The finding about something that only an `up` brings back. */
function gone(seen: Observations, what: string, evidence: string[]): Finding | undefined {
  if (!seen.inside) return undefined;
  const served = serves(seen.inside);
  return {
    ...{ hop: "pm2", severity: served && !failing(seen) ? "warn" : "fail" },
    cause: `${what}: the backend ${served ? "runs on from memory, and cannot start again" : "cannot start without it"}`,
    evidence,
    fix: [seen.target.up],
    worry: served ? (failing(seen) ? worry.some : worry.soon) : worry.down,
  };
}

const releaseGone: Rule = (seen) => {
  const path = seen.inside?.backend.gone;
  return path === undefined
    ? undefined
    : gone(seen, `the folder ${path} is gone`, [`${path}: no such folder`]);
};

const nodeGone: Rule = (seen) => {
  const said = seen.inside?.backend.nodeBroken;
  if (said === undefined || !seen.inside?.deployed.includes("packages") || !serves(seen.inside))
    return undefined; // a backend that is down has a rule of its own
  return gone(seen, `Node does not run on the host (${said || "it ends at once"})`, [
    `node --version: ${said}`,
  ]);
};

/** The distribution's own file comes back first: ours only adds to it. */
const mainConfigurationGone: Rule = (seen) => {
  const { inside, target } = seen;
  const path = inside?.nginx.missingMain;
  if (!inside || path === undefined) return undefined;
  const install =
    "sudo env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get install -y --reinstall -o Dpkg::Options::=--force-confmiss nginx-common";
  return {
    ...{ hop: "nginx", severity: "fail" },
    cause: `${path} is missing or empty: nginx ${runs(seen) ? "runs on with what it read before, and cannot start again" : "does not run"}`,
    evidence: [`${path}: nothing in it`, ...inside.nginx.said.split("\n").slice(0, 1)],
    fix: [
      on(target, `sudo rm -f ${path}`), // dpkg brings back what is missing, not what is empty
      on(target, install),
      ...(inside.deployed.includes("site") ? [putBack(target, "site")] : []),
      on(target, "sudo systemctl reload-or-restart nginx"),
    ],
    worry: runs(seen) ? worry.later : worry.down,
  };
};

export const nginxGone = [mainConfigurationGone];
export const backendGone = [releaseGone, nodeGone];
