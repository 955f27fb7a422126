import type { Application, Backend, Inside } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { backendLog, on } from "./fix.ts";
import { instancesOf } from "./instances.ts";
import type { Finding, Rule } from "./rule.ts";

/** What a rule needs here: the host was seen. */
export const inside =
  (
    look: (
      seen: Observations & { inside: Inside },
      backend: Backend,
    ) => (Omit<Finding, "hop" | "severity"> & Partial<Pick<Finding, "severity">>) | undefined,
  ): Rule =>
  (seen) => {
    if (!seen.inside) return undefined;
    const found = look({ ...seen, inside: seen.inside }, seen.inside.backend);
    return found && { hop: "pm2", severity: "fail", ...found };
  };

/** What an upgrade on the host itself got from the backend. */
export const answers = ({ loopback }: Inside) => loopback.find(({ to }) => to === "backend")?.answer ?? "";
/**
 * The application as pm2 has it. During a release it has two of that name, and the newer one counts. Of several processes
 * one that is online, where there is one: those that are not have a rule of their own, see instances.ts.
 */
export function application(host: Pick<Inside, "backend">): Application | undefined {
  const same = instancesOf(host);
  return same.find(({ status }) => status === "online") ?? same[0];
}
/** The processes of the application, of an older release that still leaves too. */
export const processesOf = ({ backend }: Pick<Inside, "backend">): number[] =>
  (backend.applications ?? []).flatMap(({ name, pid }) => (name === backend.name && pid > 0 ? [pid] : []));
export const serves = (host: Inside) => answers(host).startsWith("HTTP/");

/**
 * By what was deployed. The file has the port on which a release begins; one that nginx handed over to the other set of
 * ports is started there, where nginx looks for it first.
 */
function start({ name, port, ownPort = port }: Backend): string {
  const file = `/srv/${name}/ecosystem.config.cjs`;
  if (ownPort === port) return `pm2 start ${file}`;
  const other = `.geo-system/${name}.config.cjs`;
  return `sed 's/PORT": "${ownPort}"/PORT": "${port}"/' ${file} > ${other} && pm2 start ${other}`;
}

/** So that the next boot brings it back. */
export const startAnew = ({ target }: Observations, backend: Backend, before = "") =>
  on(target, `${before}${start(backend)} && pm2 save`);

/** What makes it run again: what holds its port, or was stopped, is restarted. */
export function revival(host: Inside): string {
  const { name, port } = host.backend;
  const holds = host.listens.some((each) => each.port === port);
  return holds || application(host)?.status === "stopped" ? `pm2 restart ${name}` : afterCrash(host);
}

/** While it waits for its next try after a crash, `pm2 restart` fails: "Process with pid … already exists". */
export const afterCrash = ({ backend }: Inside) =>
  `pm2 delete ${backend.name}; ${start(backend)} && pm2 save`;

/** Said beside what a changed release does. */
export const alteredWords = ({ altered }: Backend) =>
  altered.length > 0
    ? `: ${altered.slice(0, 3).join(", ")} of the release ${altered.length > 1 ? "were" : "was"} changed on the host`
    : "";

/** The release's files from the archive that was deployed, where they were changed; else what the guide says first. */
export function restored(target: Observations["target"], host: Inside, revive = revival(host)): string[] {
  const { altered, name, deployedRelease, shared } = host.backend;
  if (altered.length === 0) return [on(target, revive), backendLog(target)];
  // What the archive has in the place of shared data must not be written over it.
  const data = shared.map((path) => ` --exclude=${quoted(`./${path}`)}`).join("");
  const unpack = `tar -xf .geo-system/${deployedRelease}.tar${data && ` --anchored${data}`} -C /srv/${name}/current`;
  return [on(target, `${unpack} && ${revive}`)];
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
