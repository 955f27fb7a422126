/** A process on a host that was set up by hand. */
export interface FoundProcess {
  /** Undefined where it listens on none of the ports that were asked for. */
  port?: number;
  pid: number;
  user: string;
  folder: string;
  /** `nginx`, as the kernel names it; empty where it was not asked for. */
  program: string;
  /** Its version; empty where it is no Node. */
  node: string;
  connections: number;
  command: string;
  /** How it is run: `pm2`, `unit`, `docker` (any container) or `session`; with the name that it has there. */
  manager: string;
  name: string;
  /** The folder of the pm2 that runs it. */
  home?: string;
}

/** A folder or file of the application that gives way, or that is named as such. */
export interface FoundData {
  source: string;
  /** Within a release, and in its shared folder. */
  path: string;
  /** What becomes of it, or why nothing can: the states of templates/scripts/backend-data.sh. */
  state: string;
  /** Undefined where it could not be measured within seconds. */
  bytes?: number;
  /** By the configuration, and not found by itself. */
  named: boolean;
}

/** What was found on a host on which no release runs yet. */
export interface Found {
  processes: FoundProcess[];
  /** What `nginx -T` printed. */
  nginx?: string;
  /** nginx's welcome page is enabled, as the distribution made it. */
  welcome?: true;
  /** Units of `pm2 startup`, and whose applications they start. */
  boot: { unit: string; user: string }[];
}

export const nothingFound = (): Found => ({ processes: [], boot: [] });

/** @param told by the names of {@link FoundProcess} */
export function foundProcess(port: number | undefined, told: Readonly<Record<string, string>>): FoundProcess {
  const { pid, user = "", folder = "", program = "", node = "", connections, command = "", home } = told;
  return {
    ...(port !== undefined && { port }),
    ...{ pid: Number(pid), user, folder, program, node: node.replace(/^v/, "") },
    ...{ connections: Number(connections ?? 0), command: command.trim() },
    ...{ manager: told.manager || "session", name: told.name ?? "" },
    ...(home && { home }),
  };
}

/** `application api runs under pm2 as ubuntu: process 687 in /home/ubuntu/geo, Node 22.12.0, port 3000, 12 connections` */
export function describeProcess(found: FoundProcess): string {
  const { manager, name, user, pid, port, node, folder, connections } = found;
  const what = manager === "pm2" ? `application ${name}` : "application";
  const count = `${connections} connection${connections === 1 ? "" : "s"}`;
  const held = port === undefined ? [] : [`port ${port}`, count];
  const how = [`process ${pid} in ${folder}`, node ? `Node ${node}` : "not Node itself", ...held];
  return `${what} runs ${runBy(found)} as ${user}: ${how.join(", ")}`;
}

/** `by the unit nginx.service` */
export function runBy({ manager, name }: FoundProcess): string {
  if (manager === "unit") return `by the unit ${name}`;
  if (manager === "pm2") return "under pm2";
  return manager === "docker" ? "in a container" : "from a session, under no process manager";
}

/** How a person ends it, on the host. */
export function howToEnd({ manager, name, user, pid }: FoundProcess): string {
  if (manager === "unit") return `sudo systemctl disable --now ${name}`;
  if (manager === "pm2") return `as ${user}: pm2 delete ${name} && pm2 save`;
  return manager === "docker" ? "docker ps, then: docker stop NAME" : `sudo kill ${pid}`;
}
