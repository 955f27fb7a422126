import { type Site, siteOf } from "../../infra/nginx/served-site.ts";
import type { Found, Running } from "./read.ts";

/** An application, and what nginx serves of it. */
export interface Served {
  running: Running;
  site: Site;
}

/**
 * The application that is meant, and the others. Without a name: the only one that has a WebSocket path.
 *
 * @throws where it is not clear which
 */
export function choose(found: Found, name?: string): { chosen: Served; others: Served[] } {
  if (found.absent) throw new Error(withoutNginx(found.absent));
  if (found.refused !== undefined)
    throw new Error(
      `nginx does not accept its own configuration: ${found.refused}\n  next: correct it until \`sudo nginx -t\` passes, then once more`,
    );
  const all = found.running.flatMap((running) => {
    const site = siteOf(found.configuration, running.port);
    return site ? [{ running, site }] : [];
  });
  const wanted = name === undefined ? likely(all) : all.filter(({ running }) => running.name === name);
  const [chosen] = wanted;
  if (!chosen || wanted.length > 1) throw new Error(unclear(all, found.unheld, name));
  return { chosen, others: all.filter((each) => each !== chosen) };
}

/** What serves without nginx is not read: there is no site to follow. */
function withoutNginx(holders: NonNullable<Found["absent"]>): string {
  const held = holders.map(({ port, command }) => `; port ${port} is held by ${command.trim()}`);
  const next =
    held.length > 0
      ? "its configuration is not read, so write the stack's by hand; `npx pulumi preview` then says how to end it"
      : "`npx pulumi up` sets the host up from nothing";
  return `there is nothing to take over: nginx is not installed${held.join("")}\n  next: ${next}`;
}

function likely(all: Served[]): Served[] {
  return all.length < 2 ? all : all.filter(({ site }) => site.webSocketPaths.length > 0);
}

const nameOf = ({ name, pid, port }: Running) => `${name || `process ${pid}`} (port ${port})`;

function unclear(all: readonly Served[], unheld: readonly number[], name: string | undefined): string {
  const names = all.map(({ running }) => nameOf(running)).join(", ");
  const found = names || `none${unheld.length > 0 ? `; nothing listens on port ${unheld.join(", ")}` : ""}`;
  const expected =
    name === undefined
      ? "expected one application to which nginx passes"
      : `--application: expected the name of an application to which nginx passes, not ${name}`;
  const next = all.length > 0 ? "add --application NAME" : "start the application first, then try again";
  return `${expected}, found ${found}\n  next: ${next}`;
}
