import { z } from "zod";
import { handshakeSetting } from "../../infra/handshake/handshake.ts";
import { argumentsOf } from "../../infra/settings/application-keys.ts";
import { check } from "../../infra/settings/checks.ts";
import { defaultWebsocketPath, mainPath, routes } from "../../infra/settings/routes.ts";

/** A list or an object; `pulumi config set KEY JSON` keeps it as text. */
const orJson = <T extends z.ZodType>(kind: T) => z.preprocess(fromJson, kind);

function fromJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The keys of a stack's file that matter here; what was deployed with others is in the outputs. */
const configuration = z
  .object({
    host: z.string(),
    port: z.coerce.number().default(22),
    user: z.string().default("ubuntu"),
    hostKey: z.string().optional(),
    jumpHost: z.string().optional(),
    jumpHostKey: z.string().optional(),
    privateKey: z.unknown().optional(),
    serverName: orJson(check.hostNames.optional()),
    tls: z.enum(["self-signed", "acme", "provided", "off"]).default("self-signed"),
    httpsOnly: z.preprocess((value) => String(value) === "true", z.boolean()),
    websocketPath: z.string().default(defaultWebsocketPath),
    routes: orJson(routes.optional()).catch(undefined),
    siteName: z.string().default("geo-system"),
    backendName: z.string().default("geo-backend"),
    backendSource: z.string().optional(),
    handshake: orJson(handshakeSetting).catch(undefined),
  })
  .transform((values) => ({ ...values, websocketPath: mainPath(values) }));
export type Configuration = z.output<typeof configuration>;

/**
 * @param values what the stack's file has, as YAML reads it; keys with the project's name before them
 * @param now values that count more
 * @example readConfiguration({ "geo-system:host": "203.0.113.7" }).data?.tls // "self-signed"
 */
export function readConfiguration(values: Record<string, unknown>, now: Record<string, unknown> = {}) {
  return configuration.safeParse({ ...own(values), ...now });
}

/** The same of one of `applications`. */
export const readApplication = (
  name: string,
  values: Record<string, unknown>,
  now: Record<string, unknown> = {},
) => configuration.safeParse({ ...argumentsOf(own(values), name), ...now });

/** The names of `applications`; none where the host has the one that has no name. */
export function applicationNames(values: Record<string, unknown>): string[] {
  const { applications } = own(values);
  return typeof applications === "object" && applications !== null ? Object.keys(applications) : [];
}

function own(values: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(values).map(
    ([key, value]) => [key.replace(/^geo-system:/, ""), value] as const,
  );
  return Object.fromEntries(
    named.map(([key, value]) => [key, key === "applications" || key === "routes" ? fromJson(value) : value]),
  );
}
