import type { Inside } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { instancesOf } from "./instances.ts";
import { processesOf } from "./pm2.ts";
import type { Finding } from "./rule.ts";

/*
 * What a fix does to those who are served meanwhile. One that only shows something is marked as a look; one that cuts
 * connections says how many; and where users are served it waits for a person, since it would disturb more than the fault.
 */

/** Each part of a command that changes nothing. */
const looks =
  /^(sudo )?(cat|date -u$|df|dmesg|du|getent|grep|iptables( -t \w+)? -S|journalctl (?!--(vacuum|rotate))|ls|nginx -[tT]\b|ping|pm2 (logs|list)|sort|ss|systemctl status|tail|ufw status|uptime)\b|^ip (-br address|route)\b/;

/** Each part of a command that ends processes which hold clients' connections, or stops what passes them on. */
const cuts = /^(sudo )?(pm2 (delete|kill|restart)\b|systemctl (restart|stop) (nginx|pm2-))/;
/** Of single processes, which are down: see instances.ts. */
const ofInstances = /^pm2 restart [\d ]+$/;

/** The parts of a command, as the host's shell or the local one sees them. */
function partsOf(line: string, { ssh }: Observations["target"]): string[] {
  const command = line.startsWith(`${ssh} `) ? line.slice(ssh.length + 1).replace(/^"(.*)"$/, "$1") : line;
  return command.split(/ *(?:&&|;|\|) */).filter(Boolean);
}

const isComment = (line: string) => line.startsWith("#");
const isLook = (parts: readonly string[]) => parts.every((part) => looks.test(part));

/** What holds a WebSocket, by the process: nginx's master, or whoever has the backend's port. */
function holds({ owners, backend }: Inside, pid: number): boolean {
  const owner = owners.find((each) => each.pid === pid);
  return (
    owner !== undefined &&
    (owner.command.startsWith("nginx: master") || (owner.port === backend.port && owner.pm2))
  );
}

function cutsClients(part: string, inside?: Inside): boolean {
  const killed = /^sudo kill (?:-(?:KILL|TERM) )?(\d+)$/.exec(part)?.[1];
  if (killed) return inside !== undefined && holds(inside, Number(killed));
  return cuts.test(part) && !ofInstances.test(part);
}

/** Connections that the backend's processes hold, without those of a client of ours; undefined where the host could not be checked. */
function heldConnections({ inside, connected }: Observations): number | undefined {
  if (!inside || !connected) return undefined;
  const pids = processesOf(inside);
  const ports = new Set([
    inside.backend.port,
    ...instancesOf(inside).flatMap(({ port }) => port ?? []),
    ...inside.listens.filter(({ pid }) => pids.includes(pid)).map(({ port }) => port),
  ]);
  return connected.filter(({ port }) => ports.has(port)).reduce((sum, { count }) => sum + count, 0);
}

/** Whom a fix disturbs, in words. */
function disturbance(cutting: boolean, up: boolean, held: number | undefined): string {
  if (up) return "those the preview names: npm run preview";
  if (!cutting) return "no client";
  if (held === undefined) return "every connected client; their number is not known from here";
  return held === 0 ? "no client: none is connected" : `${connections(held)} cut, and connect again`;
}

const connections = (count: number) => (count === 1 ? "1 connection is" : `${count} connections are`);

/** A finding as it is shown: looks are marked, and what cuts users who are served is left to a person. */
export function shownTo(seen: Observations): (finding: Finding) => Finding {
  const { inside, target } = seen;
  return (finding) => {
    const lines = finding.fix.map((line) => ({ line, parts: partsOf(line, target) }));
    const typed = lines.filter(({ line, parts }) => !isComment(line) && !isLook(parts));
    const cutting = typed.some(({ parts }) => parts.some((part) => cutsClients(part, inside)));
    const held = heldConnections(seen);
    const waits = cutting && finding.severity === "warn" && held !== 0;
    const shown = ({ line, parts }: (typeof lines)[number]) => {
      if (isComment(line)) return line;
      if (isLook(parts)) return `# look: ${line}`;
      return waits ? `# when few are connected, since it cuts ${held ?? "them"}: ${line}` : line;
    };
    const up = typed.some(({ line }) => line === target.up);
    return { ...finding, fix: lines.map(shown), disturbs: disturbance(cutting && !waits, up, held) };
  };
}
