import { z } from "zod";
import { withoutName } from "../step-names.ts";
import { applicationKey } from "./application-key.ts";
import { check } from "./checks.ts";

/** Keys of one application, and what each is called where a host has one application without a name. */
export const applicationKeys = {
  source: "backendSource",
  include: "backendInclude",
  build: "backendBuild",
  start: "backendStart",
  name: "backendName",
  port: "backendPort",
  standbyPort: "backendStandbyPort",
  instances: "backendInstances",
  sticky: "sticky",
  environment: "backendEnvironment",
  secretEnvironment: "backendSecretEnvironment",
  shared: "backendShared",
  takeOver: "takeOver",
  handover: "handover",
  handoverSeconds: "handoverSeconds",
  keepReleases: "keepReleases",
  handshake: "handshake",
  handshakeToken: "handshakeToken",
} as const;

type Short = keyof typeof applicationKeys;

/** Where an application has none of its own, that of the host counts. */
const ofTheHostToo = new Set<string>(["handover", "handoverSeconds", "keepReleases", "takeOver"]);

/** Keys that mean nothing where every application has its own. */
export const flatOnly = Object.values(applicationKeys).filter((key) => !ofTheHostToo.has(key));

const expectedName =
  "a name such as api or chat-2: small letters, digits and dashes, 32 at most; not environment";

/** One that ends with `environment` would have the step of another one's secret environment. */
export const applicationName = z
  .string(expectedName)
  .max(32, expectedName)
  .regex(/^(?!(.*-)?environment$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/, expectedName);

/** What each holds is checked by its key of old: see validate.ts. */
const members = check.members(
  Object.fromEntries(Object.keys(applicationKeys).map((key) => [key, z.unknown().optional()])) as Record<
    Short,
    z.ZodOptional<z.ZodUnknown>
  >,
);

export const applications = z
  .record(
    z.string(),
    members,
    'applications by name: { "api": { "source": "../api", "port": 3000 }, "chat": … }',
  )
  .superRefine((given, context) => {
    const names = Object.keys(given);
    if (names.length === 0) context.addIssue({ code: "custom", message: "at least one application" });
    for (const name of names.filter((each) => !applicationName.safeParse(each).success))
      context.addIssue({ code: "custom", path: [name], message: expectedName });
  });

type Raw = Readonly<Record<string, unknown>>;

const object = (value: unknown): Raw => (typeof value === "object" && value !== null ? (value as Raw) : {});

/** The arguments of a host as one application has them: its own keys under their names of old, and its own routes. */
export function argumentsOf(raw: Raw, name: string): Raw {
  const { applications: all, ...host } = raw;
  const own = object(object(all)[name]);
  const { port, standbyPort = typeof port === "number" ? port + 1 : undefined } = own;
  const without = Object.fromEntries(
    Object.entries(host).filter(([key]) => !flatOnly.some((own) => own === key)),
  );
  const flat = Object.entries({
    name: name === withoutName ? "geo-backend" : `geo-${name}`,
    ...own,
    standbyPort,
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [applicationKeys[key as Short] ?? key, value]);
  return {
    ...without,
    ...Object.fromEntries(flat),
    takeOver: { ...siteOf(raw.takeOver), ...object(own.takeOver) },
    ...routesTo(raw.routes, name),
  };
}

/** The site is the host's. */
const siteOf = (takeOver: unknown) => {
  const { site } = object(takeOver);
  return site === undefined ? {} : { site };
};

function routesTo(routes: unknown, name: string): Raw {
  const own = Object.entries(object(routes)).filter(([, route]) => object(route).application === name);
  const [main] = own.find(([, route]) => object(route).websocket === true) ?? own[0] ?? [];
  return { routes: Object.fromEntries(own), websocketPath: main };
}

/** A problem of one application, with its keys as they are written. */
export function inItsWords(problem: string, called: string): string {
  const keys = Object.values(applicationKeys).filter((key) => key.startsWith("backend"));
  const named = problem.replace(new RegExp(`\\b(${keys.join("|")})\\b`, "g"), (key) =>
    applicationKey({ called }, key),
  );
  return named
    .replace(/^(sticky|takeOver|handover|handshake|handshakeToken)(?=[:.])/, (key) =>
      applicationKey({ called }, key),
    )
    .replace(
      /(config set (?:--secret )?)handshakeToken/,
      (_, words) => `${words}${applicationKey({ called }, "handshakeToken")}`,
    )
    .replace(/(config set (?:--secret )?)(?=applications\.)/g, "$1--path ");
}
