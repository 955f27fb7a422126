import { accessRules } from "./access.ts";
import { clientsPass } from "./client.ts";
import { crashRules, recentErrors } from "./crash.ts";
import { on, pm2 } from "./fix.ts";
import { someDown } from "./instances.ts";
import { reachesNothing } from "./network.ts";
import { alteredWords, answers, application, inside, restored, revival, serves, startAnew } from "./pm2.ts";
import { type Rule, worry } from "./rule.ts";

const noPm2: Rule = ({ target, inside }) => {
  if (inside?.backend.pm2 !== "absent") return undefined;
  const served = serves(inside);
  if (served && !inside.deployed.includes("packages")) return undefined; // only its user's login may find it
  return {
    ...{ hop: "pm2", severity: served ? "warn" : "fail" },
    cause: `the program pm2 is not there${served ? ": the backend serves on, and the next boot would not bring it back" : ""}`,
    evidence: ["no program pm2 on the host's PATH"],
    fix: [target.up],
    worry: served ? worry.soon : worry.down,
  };
};

const daemonDown = inside(({ target, inside }, { pm2: state, user }) => {
  if (state !== "down" || serves(inside)) return undefined;
  const unit = inside.units.find(({ name }) => name.startsWith("pm2-"));
  return {
    cause: `pm2 itself does not run, and so the backend does not: its unit pm2-${user} is ${unit?.active ?? "missing"}`,
    evidence: [`systemctl: pm2-${user} ${unit?.active}, ${unit?.sub}`, ...saidOf(inside.backend.journal)],
    // After some failures in a row systemd refuses another start.
    fix: [
      ...(unit?.active === "failed" ? [on(target, `sudo systemctl reset-failed pm2-${user}`)] : []),
      on(target, `sudo systemctl restart pm2-${user}`),
    ],
    worry: worry.down,
  };
});

/** The last lines of a unit's journal that are no mere frame of pm2's tables, nor systemd's own. */
const saidOf = (journal: string) =>
  journal
    .split("\n")
    .filter(
      (line) =>
        line.trim() && !/[│┌└├]|^pm2-\S+\.service: |^(Started|Starting|Stopped|Failed to start) /.test(line),
    )
    .slice(-3);

/** Its applications serve on; nothing starts them again, and in cluster mode nothing accepts their connections. */
const daemonHangs: Rule = ({ target, inside }) => {
  const { silentPm2: silent, user } = inside?.backend ?? {};
  if (!inside || !silent) return undefined;
  const served = serves(inside);
  return {
    ...{ hop: "pm2", severity: served ? "warn" : "fail" },
    cause: `pm2 itself ${silent.frozen ? "is frozen by a signal STOP" : "does not answer"}: ${served ? "the backend serves on, and is not started again when it crashes" : "nothing accepts the backend's connections"}`,
    evidence: [`pm2's daemon, process ${silent.pid}, does not answer within 5 s`],
    fix: silent.frozen
      ? [on(target, `sudo kill -CONT ${silent.pid}`)]
      : [on(target, `sudo kill -KILL ${silent.pid}`), on(target, `sudo systemctl restart pm2-${user}`)],
    worry: served ? worry.soon : worry.down,
  };
};

/** The port is taken, so the application can never have it. */
const portTaken = inside((seen, backend) => {
  const { port, name } = backend;
  const rival = seen.inside.owners.find((each) => each.port === port && !each.pm2);
  const app = application(seen.inside);
  if (!rival || !app) return undefined;
  return {
    cause: `port ${port} is taken by another program than pm2's ${name}: ${rival.command} (process ${rival.pid})`,
    evidence: [`port ${port}: process ${rival.pid}, ${rival.command}`, `pm2: ${name} is ${app.status}`],
    fix: [on(seen.target, `sudo kill ${rival.pid}`), startAnew(seen, backend, `pm2 delete ${name}; `)],
    worry: worry.down,
  };
});

const deleted = inside((seen, backend) => {
  const { applications, name } = backend;
  if (!applications || application(seen.inside) || serves(seen.inside)) return undefined;
  return {
    cause: `pm2 has no application ${name}: it was deleted, or not restored when pm2 started`,
    evidence: [`pm2 has: ${applications.map((each) => each.name).join(", ") || "nothing"}`],
    fix: [startAnew(seen, backend)],
    worry: worry.down,
  };
});

/** Mostly a `sudo pm2 start`: users are served, with root's rights, until the next boot. */
const ofAnother: Rule = (seen) => {
  const { inside, target } = seen;
  if (!inside?.backend.applications || application(inside) || !serves(inside)) return undefined;
  if (!inside.deployed.includes("backend")) return undefined;
  const { port, name, user } = inside.backend;
  const owner = inside.owners.find((each) => each.port === port);
  return {
    ...{ hop: "pm2", severity: "warn" },
    cause: `pm2 of ${user} has no ${name}, and something else serves on port ${port}${owner?.pm2 ? ": another user's pm2" : ""}`,
    evidence: [
      ...(owner ? [`port ${port}: process ${owner.pid}, ${owner.command}`] : []),
      `pm2 of ${user} has: ${inside.backend.applications.map((each) => each.name).join(", ") || "nothing"}`,
    ],
    fix: [
      // Whose it is where no process is seen (another network's, a proxy's), only a person can find out.
      ...(owner
        ? [
            on(
              target,
              owner.pm2 ? `sudo pm2 delete ${name}; sudo pm2 save --force` : `sudo kill ${owner.pid}`,
            ),
          ]
        : [`# end what serves on port ${port}, and then:`]),
      startAnew(seen, inside.backend),
    ],
    worry: worry.soon,
  };
};

const stopped = inside(({ target, inside }, { name }) => {
  const app = application(inside);
  if (app?.status !== "stopped" && app?.status !== "stopping") return undefined;
  return {
    cause: `the backend is stopped in pm2: someone stopped it, as with pm2 stop ${name}`,
    evidence: [`pm2: ${name} is ${app.status}, ${app.restarts} restarts`],
    fix: [pm2(target, "restart")],
    worry: worry.down,
  };
});

const noSecrets = inside(({ target, inside }, { missingSecrets, step = "backend" }) =>
  missingSecrets !== undefined && !serves(inside)
    ? {
        cause: `the backend's secrets are missing: ${missingSecrets}`,
        evidence: [`${missingSecrets}: not there`, ...recentErrors(inside)],
        fix: [
          on(
            target,
            `sudo ln -sfT environments/$(sudo cat /var/lib/geo-system/${step}/generation) ${missingSecrets}`,
          ),
          on(target, revival(inside)),
        ],
        worry: worry.down,
      }
    : undefined,
);

/** It runs, and somewhere else. */
const wrongPort = inside((seen, backend) => {
  const app = application(seen.inside);
  const { port, name } = backend;
  if (app?.status !== "online" || app.pid === 0 || seen.inside.listens.some((each) => each.port === port))
    return undefined;
  const found = seen.inside.listens.filter(({ pid, process }) => pid === app.pid && process !== "");
  const served = clientsPass(seen); // nginx falls back on the other set of ports
  return {
    ...(served && { severity: "warn" as const }),
    cause:
      found.length > 0
        ? `the backend listens on port ${found.map((each) => each.port).join(", ")}, and nginx passes to port ${port}${served ? " first" : ""}`
        : `the backend runs and listens on no port; nginx passes to port ${port}`,
    evidence: [
      `pm2: ${name} is online, process ${app.pid}${app.port === undefined ? "" : `, and its PORT is ${app.port}`}`,
      ...found.map((each) => `${each.address}:${each.port} process ${each.pid}`),
      `nothing listens on port ${port}`,
    ],
    // An up makes nginx follow it, and cuts no client.
    fix: [served ? seen.target.up : startAnew(seen, backend, `pm2 delete ${name}; `)],
    worry: served ? worry.soon : worry.down,
  };
});

const silent: Rule = (seen) => {
  if (!seen.inside || !/^(silence|no connection)$/.test(answers(seen.inside))) return undefined;
  if (reachesNothing(seen.inside.loopback)) return undefined; // then it is not the backend
  if (clientsPass(seen)) return undefined; // It need not answer one that shows no token.
  const { backend } = seen.inside;
  return {
    ...{ hop: "backend on loopback", severity: "fail" },
    cause: `the backend takes connections and never answers${alteredWords(backend)}`,
    evidence: [
      `127.0.0.1:${backend.port} on the host: ${answers(seen.inside) === "silence" ? "connected, no answer within 3 s" : "no connection within 4 s"}`,
      ...recentErrors(seen.inside),
    ],
    fix: restored(seen.target, seen.inside),
    worry: worry.down,
  };
};

/** It cannot open another connection: the kernel answers for it, and nothing more comes. */
export const outOfFiles: Rule = ({ inside, target }) => {
  const full = inside?.backend.processes.find(
    ({ files, mostFiles }) => mostFiles > 0 && files >= mostFiles - 5,
  );
  if (!full) return undefined;
  return {
    ...{ hop: "limits", severity: "fail" },
    cause: `the backend has no file descriptor left: ${full.files} of ${full.mostFiles} are open`,
    evidence: [`process ${full.pid}: ${full.files} open files, at most ${full.mostFiles}`],
    // While it runs: a restart would cut everybody who is connected.
    fix: [
      on(
        target,
        full.allowedFiles > full.mostFiles
          ? `sudo -u ${inside?.backend.user} prlimit --pid ${full.pid} --nofile=${full.allowedFiles}:`
          : `sudo prlimit --pid ${full.pid} --nofile=${Math.max(65_536, 2 * full.mostFiles)}`,
      ),
    ],
    worry: worry.some,
  };
};

export const backendRules = [
  ...accessRules,
  noPm2,
  daemonDown,
  daemonHangs,
  noSecrets,
  portTaken,
  deleted,
  ofAnother,
  stopped,
  someDown,
  ...crashRules,
  wrongPort,
  outOfFiles,
  silent,
];
