import { posix } from "node:path";
import { on, putBack, reloadNginx } from "./fix.ts";
import { locationRules } from "./location.ts";
import { nginxUnit } from "./nginx.ts";
import { type Rule, worry } from "./rule.ts";
import { answer, file, mend, readable, served } from "./served.ts";
import { timeoutRules } from "./timeouts.ts";

const notEnabled: Rule = (seen) => {
  const nginx = seen.inside?.nginx;
  if (!nginx?.present || nginx.enabled === file(seen)) return undefined;
  if (nginx.site === undefined && nginx.deployedSite === undefined) return undefined;
  const link = `/etc/nginx/sites-enabled/${seen.target.site}`;
  return {
    ...{ hop: "site", severity: "fail" },
    cause:
      nginx.site === undefined
        ? `the nginx site is missing: ${file(seen)}`
        : `the nginx site is not enabled: ${link} ${nginx.enabled ? `leads to ${nginx.enabled}` : "is missing"}`,
    evidence: [`${link}: ${nginx.enabled ?? "not there"}`],
    fix:
      nginx.deployedSite !== undefined
        ? [putBack(seen.target, "site")]
        : [on(seen.target, `sudo ln -sfT ${file(seen)} ${link}`), reloadNginx(seen.target)],
    worry: worry.down,
  };
};

const nobodyListens: Rule = (seen) => {
  if (!readable(seen)) return undefined;
  const open = served(seen).find(({ serving }) => !serving);
  if (!open) return undefined;
  return {
    ...{ hop: "site", severity: "fail" },
    cause: `no server of nginx's configuration listens on port ${open.port}`,
    evidence: [`nginx -T: no "listen ${open.port}"`],
    fix: mend(seen, `add "listen ${open.port}" to the server`),
    worry: open.port === 80 ? worry.down : worry.some,
  };
};

const anotherSite: Rule = (seen) => {
  if (!readable(seen) || seen.inside?.nginx.enabled === undefined) return undefined;
  const other = served(seen).find(
    ({ serving }) => serving && posix.basename(serving.server.file) !== seen.target.site,
  );
  if (!other?.serving) return undefined;
  const { file: path } = other.serving.server;
  return {
    ...{ hop: "site", severity: "fail" },
    cause: `another site answers in the place of ${seen.target.site}: ${path}`,
    evidence: [`nginx chooses ${path} for ${seen.target.host} on port ${other.port}`, ...answer(seen)],
    fix: [
      on(
        seen.target,
        `sudo mv ${path} /etc/nginx/sites-available/ && sudo nginx -t && sudo systemctl reload nginx`,
      ),
    ],
    worry: worry.down,
  };
};

/** Only what nginx has read already can be why users fail. */
export const siteRules: Rule[] = [
  notEnabled,
  nobodyListens,
  anotherSite,
  ...locationRules,
  ...timeoutRules,
].map(
  (rule) => (seen) => (nginxUnit(seen)?.active === "active" || rule === notEnabled ? rule(seen) : undefined),
);
