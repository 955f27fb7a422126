import { duration } from "../../duration.ts";
import type { Application, Backend, Ended, Inside } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { backendLog, on } from "./fix.ts";
import { afterCrash, alteredWords, application, inside, restored, serves } from "./pm2.ts";
import { type Rule, worry } from "./rule.ts";

/** It ends and is started again, over and over: pm2 calls that online for a moment each time. */
function crashes({ crashed, inside: host }: Observations, { status }: Application): boolean {
  const listens = host?.listens.some(({ port }) => port === host.backend.port);
  const justEnded = !listens && host?.backend.ends.some(({ age }) => age <= recent);
  return status === "errored" || status === "waiting restart" || crashed === true || justEnded === true;
}

/** Its last words, each once, without what a stack trace has besides; the newest is the last. */
export const lastErrors = ({ backend }: Pick<Inside, "backend">) => {
  const lines = backend.errors
    .split("\n")
    .filter((line) => line.trim() && !/^\s*(at |\^|[})]|code: '|throw |node:internal|Node\.js v)/.test(line))
    .slice(-4);
  return lines.filter((line, i) => lines.lastIndexOf(line) === i);
};

/** In seconds: what is older than the clients that just came does not explain what they met. */
const recent = 30;
export const recentErrors = (host: Pick<Inside, "backend">) =>
  host.backend.errorsAge <= recent ? lastErrors(host) : [];

const refusal =
  /(?:EACCES|EPERM|permission denied)[^']*'([^']+)'|node: (\/srv\/\S+\/(?:environments\/\w+|secret\.env)): not found/;

/**
 * A path that it may not use: the one crash whose mending is known. Of its data and its secrets, the whole folder. Node
 * says of a file of secrets that it cannot read that it is not found; that it is there is known by then.
 */
function refusedPath({ backend }: Inside): string | undefined {
  const path = lastErrors({ backend })
    .reverse()
    .map((line) => refusal.exec(line))
    .map((found) => found?.[1] ?? found?.[2])
    .find((found) => found !== undefined);
  const home = `/srv/${backend.name}`;
  if (path?.startsWith(`${home}/shared/`)) return `${home}/shared`;
  return path?.match(/\/(environments\/|secret\.env$)/) ? `${home}/environments` : path;
}

const crashLoop = inside((seen, backend) => {
  const app = application(seen.inside);
  if (!app || serves(seen.inside) || !crashes(seen, app)) return undefined;
  const known = knownCrash(seen.inside);
  return {
    cause: `the backend crashes and is started again, over and over (${app.restarts} restarts)${known?.why ?? (alteredWords(backend) || lastEnd(backend))}`,
    evidence: [`pm2: ${backend.name} is ${app.status}`, ...lastErrors(seen.inside)],
    fix: known
      ? [on(seen.target, `${known.mend} && ${afterCrash(seen.inside)}`)]
      : backend.altered.length > 0
        ? restored(seen.target, seen.inside, afterCrash(seen.inside))
        : ofItself(seen, app),
    worry: worry.down,
  };
});

const lastEnd = ({ ends }: Backend) => {
  const [last] = [...ends].sort((a, b) => a.age - b.age);
  return last ? `: it ended ${howItEnded(last)}` : "";
};

/** The release is as it was deployed: no restart mends what it does by itself. pm2 tries again, until it has given up. */
function ofItself({ target, inside: host }: Observations, { status }: Application): string[] {
  const tryAgain = host && status === "errored" ? [on(target, afterCrash(host))] : [];
  return [
    "# the backend's own last lines say why; what they lack is to be given to it, or its code to be corrected, by the next up",
    `# back to the release before: npm run rollback${stackOf(target.up)}`,
    ...tryAgain,
    backendLog(target),
  ];
}

/** The stack as the line that brings the host up has it. */
const stackOf = (up: string) =>
  / -- --stack \S+$/.exec(up)?.[0] ?? (up.startsWith("#") ? ", in the stack that the host belongs to" : "");

/** A crash that tells by itself what mends it. */
function knownCrash(host: Inside): { why: string; mend: string } | undefined {
  const { user, name } = host.backend;
  const path = refusedPath(host);
  if (path) return { why: `: it may not use ${path}`, mend: `sudo chown -R ${user}: ${path}` };
  const said = lastErrors(host).join("\n");
  const missing = /Cannot find (?:package|module) '([@\w][^']*)'/.exec(said)?.[1];
  if (!missing || host.backend.altered.length > 0) return undefined;
  // The lock file says where a package is, as it did when the release arrived.
  const mend = `cd /srv/${name}/current && npm ci --omit=dev --no-audit --no-fund --prefer-offline --cache /srv/${name}/cache`;
  return { why: `: the package ${missing} is missing in the release`, mend };
}

/** So many ends in ten minutes are no accident. */
const often = 3;

/** It serves, and exited on its own before or during the inspection: neither deployed nor restarted by hand. */
const endsByItself: Rule = (seen) => {
  const { inside: host, target, endedMeanwhile } = seen;
  if (!host || !serves(host)) return undefined;
  const ids = host.backend.applications?.filter(({ name }) => name === host.backend.name).map(({ id }) => id);
  const ends = host.backend.ends.filter(({ id }) => ids?.includes(id));
  const last = ends.reduce((a, b) => (b.age < a.age ? b : a), ends[0] as Ended);
  if (!last) return undefined;
  const failing = ends.length >= often;
  const times = ends.length === 1 ? "once" : `${ends.length} times`;
  const when = endedMeanwhile ? "while it was looked at" : `${duration(last.age * 1000)} ago`;
  return {
    ...{ hop: "pm2", severity: failing ? "fail" : "warn" },
    cause: `the backend ended by itself ${times} within ten minutes, the last time ${when}, ${howItEnded(last)}; pm2 started it again`,
    evidence: [
      ...ends.slice(-3).map((each) => `pm2: ${howItEnded(each)}, ${each.age} s ago`),
      ...lastErrors(host),
    ],
    fix: restored(target, host, `pm2 logs ${target.application} --lines 20 --nostream`).slice(0, 1),
    worry: failing ? worry.some : worry.ended,
  };
};

/** As the gate says it of a new release. */
const howItEnded = ({ code, signal }: Ended) => (signal ? `by ${signal}` : `with exit code ${code}`);

export const crashRules = [crashLoop];
export const crashWarnings = [endsByItself];
