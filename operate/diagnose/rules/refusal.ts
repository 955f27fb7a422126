import type { Observations } from "../observations.ts";
import { flowRule, met } from "./client.ts";
import { nginxLog, on } from "./fix.ts";
import { worry } from "./rule.ts";
import { changedSite } from "./site-text.ts";

/** What in nginx's own files answers with a status, whatever the backend would say. */
const directives: Record<number, string> = {
  401: "auth_basic|auth_request|auth_jwt",
  403: "deny|auth_request",
  429: "limit_req|limit_conn|return",
  503: "limit_req|limit_conn|return",
};

/** The backend upgrades, and nginx before it refuses: the backend is not to blame, nor the site as it was deployed. */
const nginxItself = flowRule((seen, flow) => {
  const { status = 0, body = "" } = flow.failure.seen;
  const said = (to: string) => seen.inside?.loopback.find((each) => each.to === to)?.answer ?? "";
  const limited = limits(seen).filter(() => status === 503 || status === 429);
  const refuses = said("nginx").includes(` ${status} `) || limited.length > 0 || /\bnginx\b/.test(body);
  const pattern = directives[status];
  if (!pattern || !refuses || !said("backend").includes(" 101 ") || changedSite(seen).length > 0)
    return undefined;
  return {
    cause: `nginx itself answers ${status} before the backend is asked: not by the site, which is as it was deployed, but by another of its files`,
    evidence: [
      met(flow),
      `on the host itself: nginx ${said("nginx")}, the backend ${said("backend")}`,
      ...limited,
    ],
    fix: [on(seen.target, `sudo grep -rnE '${pattern}' /etc/nginx`), nginxLog(seen.target)],
    worry: worry.down,
  };
});

/** nginx logs the clients that it rejected by a limit of its own. */
const limits = ({ inside }: Observations) =>
  (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /limiting (connections|requests)/.test(line))
    .slice(-1);

export const refusalRules = [nginxItself];
