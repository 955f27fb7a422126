import { portSets } from "../render/ports.ts";
import { type BackendStep, stepKind, stepOf } from "../step-names.ts";
import { applicationKey, type Called } from "./application-key.ts";
import { applicationKeys } from "./application-keys.ts";
import type { Settings } from "./schema.ts";

/** The settings of a host as one of its applications has them. */
export type Application<S = Settings> = S & Called & { step: BackendStep };

/** The applications of a host: one without a name, or each of `applications`. */
export function applicationsOf<S extends object>(
  settings: S & Partial<Pick<Settings, "applications">>,
): Application<S>[] {
  const { applications } = settings;
  if (!applications) return [{ ...settings, step: "backend" }];
  return Object.entries(applications).map(([called, own]) => ({
    ...{ ...settings, applications: undefined, ...ownOf(own) },
    ...{ called, step: stepOf(called) },
  }));
}

const ownKeys = [...Object.values(applicationKeys), "websocketPath", "routes"] as const;

/** What does not belong to the host: the host's own values, such as its address, may be newer. */
const ownOf = (settings: Settings) =>
  Object.fromEntries(ownKeys.map((key) => [key, settings[key]])) as Pick<Settings, (typeof ownKeys)[number]>;

/** The keys that applications must not share: names and ports. */
export function sharedBetween(applications: readonly Application[]): string[] {
  const taken = new Map<string, string>();
  return applications.flatMap((application) => {
    const problems = uses(application).flatMap(({ key, what, expected }) => {
      const owner = taken.get(what);
      return owner ? [`${key}: expected ${expected}, found ${what}, which is for ${owner}`] : [];
    });
    for (const { key, what } of uses(application)) taken.set(what, key);
    return problems.slice(0, 1);
  });
}

function uses(application: Application) {
  const { backendName } = application;
  const { a, b } = portSets(application);
  const of = (key: string) => applicationKey(application, key);
  const ports = (key: string, all: readonly number[]) =>
    all.map((port) => ({ key: of(key), what: String(port), expected: "a port of its own" }));
  const names = [backendName, `${backendName}-standby`].map((what) => ({
    ...{ key: of("backendName"), what },
    expected: "a name of its own under pm2",
  }));
  return [...names, ...ports("backendPort", a), ...ports("backendStandbyPort", b)];
}

export const isApplication = (step: string): step is BackendStep => stepKind(step) === "backend";
