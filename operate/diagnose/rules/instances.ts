import type { Application, Inside } from "../inside/observed.ts";
import { on } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

/** The processes of the newest release; during a release pm2 has those of the one before as well. */
export function instancesOf({ backend }: Pick<Inside, "backend">): Application[] {
  const named = (backend.applications ?? []).filter(({ name }) => name === backend.name);
  const [newest] = [...named].sort((a, b) => b.startedAt - a.startedAt);
  return named.filter(({ run }) => run === newest?.run);
}

/** Whether it is online, and something listens on its configured port. */
export const isUp = ({ status, pid, port }: Application, { listens }: Pick<Inside, "listens">): boolean =>
  status === "online" && pid > 0 && (port === undefined || listens.some((each) => each.port === port));

/** `port 3002: stopped`, `port 3002: online and does not listen` */
const shown = ({ id, port, status, restarts }: Application) =>
  `instance on port ${port ?? "?"}: ${status === "online" ? "online, and does not listen" : status}, ${restarts} restarts (pm2 id ${id ?? "?"})`;

/** One of several is down, and the others serve. */
export const someDown: Rule = ({ inside, target }) => {
  if (!inside) return undefined;
  const all = instancesOf(inside);
  const down = all.filter((each) => !isUp(each, inside));
  if (down.length === 0 || down.length === all.length) return undefined;
  const ports = [...new Set(down.map(({ port }) => port))];
  const apart = new Set(all.map(({ port }) => port)).size === all.length;
  return {
    ...{ hop: "pm2", severity: "warn" },
    cause: `${down.length} of ${all.length} instances of ${inside.backend.name} ${down.length === 1 ? "is" : "are"} down${apart ? ` (port ${ports.join(", ")}): nginx passes ${down.length === 1 ? "its" : "their"} clients on to the others, and those who were connected to it began a new session` : ": the others take its connections"}`,
    evidence: down.map(shown),
    fix: [on(target, `pm2 restart ${down.map(({ id }) => id ?? inside.backend.name).join(" ")}`)],
    worry: worry.soon,
  };
};
