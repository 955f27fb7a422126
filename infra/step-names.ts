/*
 * Names of steps. Most are there once on a host; sets of files and applications are a step each, `file-set-NAME` and
 * `backend-NAME`. The application of a host that has one is step `backend`, without a name.
 */

/** The step of an application. */
export type BackendStep = "backend" | `backend-${string}`;
/** The step of its secret environment. */
export type EnvironmentStep = "environment" | `environment-${string}`;

/**
 * What `applications` calls the application without a name: on the host it is the one of the flat keys, with all that it
 * has there.
 */
export const withoutName = "backend";

/** @example stepOf("api") // "backend-api" */
export const stepOf = (application: string): BackendStep =>
  application === withoutName ? "backend" : `backend-${application}`;

/** The name of an application, as its step has it; undefined where it has none. */
export const applicationOf = (step: string): string | undefined =>
  /^(?:backend|environment)-(.+)$/.exec(step)?.[1];

const named = /^(file-set|backend|environment)-.+$/;

/** @example stepKind("backend-api") // "backend" */
export const stepKind = (step: string): string => named.exec(step)?.[1] ?? step;

export const environmentStep = (step: BackendStep): EnvironmentStep =>
  step.replace(/^backend/, "environment") as EnvironmentStep;

/** @example suffixed("release", "backend-api") // "release-api" */
export function suffixed(name: string, step: BackendStep): string {
  const application = applicationOf(step);
  return application === undefined ? name : `${name}-${application}`;
}
