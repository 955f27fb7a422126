import { z } from "zod";
import { handshakeOf } from "./default-handshake.ts";
import { type Settings, schema } from "./schema.ts";

const schemaOfOperated = z.object(schema).pick({
  ...{ serverName: true, tls: true, httpsOnly: true, websocketPath: true, routes: true, siteName: true },
  ...{ backendName: true, backendInstances: true, handoverSeconds: true, handshake: true },
  handshakeTimeout: true,
});

/** What the package's commands need to know of a host, beside how to reach it. */
export type Operated = Pick<Settings, keyof z.output<typeof schemaOfOperated> | "applications">;

/**
 * The same of a host's settings, as the state keeps it: so the commands work on a program of one's own, whose arguments
 * they cannot read. Nothing in it is secret, or differs between two operators.
 */
export function operatedSettings(settings: Settings): Operated {
  const { applications } = settings;
  return {
    ...withoutFolders(settings),
    ...(applications && { applications: each(applications, withoutFolders) }),
  };
}

/** What the state kept of it. Where it kept nothing: the defaults, and of the backend what every WebSocket server does. */
export function readOperated(values: Record<string, unknown>): Operated {
  const { applications } = values as { applications?: Record<string, Record<string, unknown>> };
  return { ...read(values), ...(applications && { applications: each(applications, read) }) };
}

/** All that the commands take from the settings of an application is in it. */
function each<T>(
  applications: Readonly<Record<string, T>>,
  of: (one: T) => Operated,
): Record<string, Settings> {
  const all = Object.entries(applications).map(([name, own]) => [name, of(own) as Settings] as const);
  return Object.fromEntries(all);
}

function read(values: Record<string, unknown>): Operated {
  const known = schemaOfOperated.parse({ handshake: "plain", ...values });
  return { ...known, backendInstances: known.backendInstances ?? 1 } as Operated;
}

/** A folder of files has another path on every machine, and no command asks for it. */
function withoutFolders(settings: Settings): Operated {
  const routes = settings.routes && Object.entries(settings.routes);
  return read({
    ...settings,
    handshake: handshakeOf(settings),
    routes: routes && Object.fromEntries(routes.map(([path, route]) => [path, anyFolder(route)])),
  });
}

function anyFolder<T extends { files?: string | undefined }>(route: T): T {
  return route.files === undefined ? route : { ...route, files: "." };
}
