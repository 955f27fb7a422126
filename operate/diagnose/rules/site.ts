import { posix } from "node:path";
import { filesOf } from "../../../infra/nginx/configuration.ts";
import type { Observations } from "../observations.ts";
import { on, putBack, reloadNginx } from "./fix.ts";
import { locationRules } from "./location.ts";
import { isUnread, runs } from "./nginx.ts";
import { type Rule, worry } from "./rule.ts";
import { answer, file, mend, readable, served } from "./served.ts";
import { timeoutRules } from "./timeouts.ts";

const notEnabled: Rule = (seen) => {
  const nginx = seen.inside?.nginx;
  const link = `/etc/nginx/sites-enabled/${seen.target.site}`;
  if (!nginx?.present || [file(seen), link].includes(nginx.enabled ?? "")) return undefined;
  if (nginx.site === undefined && nginx.deployedSite === undefined) return undefined;
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

const notIncluded: Rule = (seen) => {
  const link = `/etc/nginx/sites-enabled/${seen.target.site}`;
  const nginx = seen.inside?.nginx;
  if (!readable(seen) || nginx?.enabled !== file(seen)) return undefined;
  const read = filesOf(nginx.configuration);
  if (read.includes(link) || read.includes(file(seen))) return undefined;
  const line = "include /etc/nginx/sites-enabled/*;";
  return {
    ...{ hop: "site", severity: "fail" },
    cause: `nginx does not read ${link}: /etc/nginx/nginx.conf no longer includes sites-enabled`,
    evidence: [`nginx -T: no file ${link}`],
    fix: [
      on(seen.target, `sudo sed -i '/^ *http *{/a ${line}' /etc/nginx/nginx.conf`),
      reloadNginx(seen.target),
    ],
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
    cause: `another site answers instead of ${seen.target.site}: ${path}`,
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

/** Of these files nginx says nothing when it has not read them since: what is not there is younger than nothing. */
const missing: Rule[] = [notEnabled, notIncluded];

/** A file on the disk affects users only once nginx has read it. */
const asRead =
  (rule: Rule): Rule =>
  (seen) => {
    if (!runs(seen) && rule !== notEnabled) return undefined;
    const found = rule(seen);
    if (!found || !usersPass(seen) || !(isUnread(seen) || missing.includes(rule))) return found;
    return {
      ...found,
      cause: `${found.cause}; nginx has not read that yet, and serves as before until its next reload`,
      worry: worry.later,
    };
  };

const usersPass = ({ outside: { flows } }: Observations) =>
  flows.length > 0 && flows.every(({ failure }) => failure === undefined);

export const siteRules: Rule[] = [
  ...missing,
  nobodyListens,
  anotherSite,
  ...locationRules,
  ...timeoutRules,
].map(asRead);
