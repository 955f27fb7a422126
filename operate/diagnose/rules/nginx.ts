import type { Worker } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { emergency } from "./certificate.ts";
import { clientsPass } from "./client.ts";
import { on, putBack, reloadNginx } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

const absent: Rule = ({ inside, target }) =>
  inside && !inside.nginx.present
    ? {
        ...{ hop: "nginx", severity: "fail" },
        cause: "nginx is not installed",
        evidence: ["no program nginx on the host"],
        fix: [target.up],
        worry: worry.down,
      }
    : undefined;

const nginxUnit = ({ inside }: Observations) => inside?.units.find(({ name }) => name === "nginx");
const byHand = ({ inside }: Observations) =>
  inside?.owners.find(({ command }) => command.startsWith("nginx: master"));
/** By its unit, or started by hand. */
export const runs = (seen: Observations) =>
  nginxUnit(seen)?.active === "active" || byHand(seen) !== undefined;

/** The files differ from what was deployed, so putting them back is the mending. */
export const siteDiffers = ({ inside }: Observations) =>
  inside?.nginx.deployedSite !== undefined && inside.nginx.deployedSite !== inside.nginx.site;

const invalid: Rule = (seen) => {
  const { inside, target } = seen;
  if (!inside?.nginx.present || inside.nginx.valid) return undefined;
  const said = emergency(seen)?.replace(/^.*\[emerg\] (\d+#\d+: )?/, "") ?? inside.nginx.said;
  return {
    ...{ hop: "nginx", severity: "fail" },
    cause: `nginx refuses its configuration${runs(seen) ? "; it keeps running with the previous one until its next start" : ", and does not run"}: ${said}`,
    evidence: inside.nginx.said.split("\n").filter((line) => line.includes("[emerg]")),
    fix: siteDiffers(seen)
      ? [putBack(target, "site")]
      : [
          on(target, "sudo nginx -t"),
          "# correct the file that it names, then:",
          on(target, "sudo systemctl reload-or-restart nginx"),
        ],
    worry: runs(seen) ? worry.later : worry.down,
  };
};

const stopped: Rule = (seen) => {
  const { inside, target } = seen;
  const unit = nginxUnit(seen);
  if (!inside?.nginx.present || !unit || runs(seen)) return undefined;
  const rival = inside.owners.find(
    ({ port, command }) => port !== inside.backend.port && !command.startsWith("nginx"),
  );
  const masked = unit.enabled.startsWith("masked");
  const lines = inside.nginx.journal.split("\n");
  const emergencies = lines.filter((line) => line.includes("[emerg]"));
  const journal = emergencies.length > 0 ? emergencies : lines.filter((line) => /fail|error/i.test(line));
  return {
    ...{ hop: "nginx", severity: "fail" },
    cause: rival
      ? `nginx does not run: ${rival.command} (process ${rival.pid}) has taken port ${rival.port}`
      : `nginx does not run (${unit.active}${masked ? ", and its unit is masked" : ""})`,
    evidence: [`systemctl: ${unit.active}, ${unit.sub}`, ...journal.slice(-3)],
    fix: [
      ...(rival ? [on(target, `sudo kill ${rival.pid}`)] : []),
      // A unit that is masked can be neither started nor enabled.
      ...(masked
        ? [on(target, "sudo systemctl unmask nginx"), on(target, "sudo systemctl enable nginx")]
        : []),
      on(target, "sudo systemctl start nginx"),
    ],
    worry: worry.down,
  };
};

/** Users are served, and neither a reload nor a crash would be seen to by systemd. */
const outsideItsUnit: Rule = (seen) => {
  const { target } = seen;
  const master = byHand(seen);
  const unit = nginxUnit(seen);
  if (!master || !unit || unit.active === "active" || !seen.inside?.nginx.present) return undefined;
  return {
    ...{ hop: "nginx", severity: "warn" },
    cause: `nginx runs outside of its unit, which is ${unit.active}: it was started by hand, and nothing will start it again`,
    evidence: [
      `port ${master.port}: process ${master.pid}, ${master.command}`,
      `systemctl: ${unit.active}, ${unit.sub}`,
    ],
    fix: [on(target, `sudo kill ${master.pid}`), on(target, "sudo systemctl start nginx")],
    worry: worry.soon,
  };
};

/** Whether a file is younger than every worker, so that none has read it. Two seconds, since `ps` counts whole ones. */
export function isUnread({ inside }: Observations): boolean {
  const { newest, workers = [] } = inside?.nginx ?? {};
  if (!newest || workers.length === 0) return false;
  return Math.min(...workers.map(({ seconds }) => seconds)) > newest.seconds + 2;
}

const stale: Rule = (seen) => {
  const { inside, target } = seen;
  const { newest, workers = [] } = inside?.nginx ?? {};
  if (!newest || !isUnread(seen) || siteDiffers(seen)) return undefined;
  return {
    ...{ hop: "nginx", severity: "warn" },
    cause: `nginx has not read ${newest.path} since it changed`,
    evidence: [
      `changed ${newest.seconds} s ago; the workers run for ${workers.map(({ seconds }) => seconds).join(", ")} s`,
    ],
    fix: [reloadNginx(target)],
    worry: worry.soon,
  };
};

/** By `kill -STOP`, a debugger that left, or a freezer: it does nothing until it is continued. */
const isStopped = ({ state }: Worker) => state === "T";

/** Only those on a stopped worker notice, so a client of ours may well have met another one. */
const stoppedWorkers: Rule = ({ inside, target }) => {
  const all = [...(inside?.nginx.workers ?? []), ...(inside?.nginx.oldWorkers ?? [])];
  const stopped = all.filter(isStopped);
  if (stopped.length === 0) return undefined;
  return {
    ...{ hop: "nginx", severity: "fail" },
    cause: `${stopped.length} of nginx's ${all.length} workers ${stopped.length === 1 ? "is" : "are"} stopped by a signal: whoever is connected to one hears nothing more`,
    evidence: stopped.map(({ pid, sockets }) => `worker ${pid}: state T, ${sockets} sockets`),
    fix: [on(target, `sudo kill -CONT ${stopped.map(({ pid }) => pid).join(" ")}`)],
    worry: stopped.length === all.length ? worry.down : worry.some,
  };
};

/** Held by a debugger, or by a disk or a file system that does not answer: no signal but KILL ends it. */
const hangs = ({ state }: Worker) => state === "t" || state === "D";

/**
 * It takes no new connection, so no client of ours meets it, however many are opened: its state alone tells. nginx puts
 * another one in its place; whoever was connected to it hears nothing any more, and connects again.
 */
const hungWorkers: Rule = ({ inside, target }) => {
  const all = [...(inside?.nginx.workers ?? []), ...(inside?.nginx.oldWorkers ?? [])];
  const hung = all.filter(hangs);
  if (hung.length === 0) return undefined;
  return {
    ...{ hop: "nginx", severity: "fail" },
    cause: `${hung.length} of nginx's ${all.length} workers ${hung.length === 1 ? "hangs: whoever is connected to it" : "hang: whoever is connected to one"} hears nothing more`,
    evidence: hung.map(
      ({ pid, state, clients }) =>
        `worker ${pid}: state ${state} (${state === "t" ? "held by a debugger" : "waits for a disk"}), ${clients} connections`,
    ),
    fix: [on(target, `sudo kill -KILL ${hung.map(({ pid }) => pid).join(" ")}`)],
    worry: hung.length === all.length ? worry.down : worry.some,
  };
};

/** It runs and its port takes connections, and nothing comes; the backend behind it answers. */
const frozen: Rule = (seen) => {
  const { inside, target } = seen;
  if (inside?.nginx.workers.some((each) => isStopped(each) || hangs(each))) return undefined; // A signal does, where a restart would cut everybody.
  if (clientsPass(seen)) return undefined; // The backend need not answer a client without a token.
  const answer = (to: string) => inside?.loopback.find((each) => each.to === to)?.answer ?? "";
  if (!/^(silence|no connection)$/.test(answer("nginx")) || !answer("backend").startsWith("HTTP/"))
    return undefined;
  return {
    ...{ hop: "nginx on loopback", severity: "fail" },
    cause: "nginx takes connections and does not answer; the backend behind it does",
    evidence: [`nginx on the host itself: ${answer("nginx")}`, `the backend: ${answer("backend")}`],
    fix: [on(target, "sudo systemctl restart nginx")],
    worry: worry.down,
  };
};

export const workerRules = [stoppedWorkers, hungWorkers];
export const frozenRules = [frozen];
export const nginxRules = [absent, invalid, stopped];
export const nginxWarnings = [outsideItsUnit, stale];
