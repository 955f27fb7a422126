import { commandOf, interpreterOf, type ReadLine } from "./ecosystem-command.ts";
import type { Application } from "./ecosystem-file.ts";
import { isUndefined, type SortedKeys, sortKeys } from "./ecosystem-keys.ts";
import { type Origin, unusable } from "./origin.ts";
import { isSet, type ReleaseContext } from "./release-context.ts";
import type { Start } from "./start.ts";

/**
 * How an application of pm2's starts.
 *
 * @throws naming every member that cannot be honoured
 */
export function applicationStart(
  application: Application,
  origin: Origin,
  context: ReleaseContext,
  readLine: ReadLine,
): Start {
  const sorted = sortKeys(application);
  const { used } = sorted;
  const instances = instancesOf(used.instances);
  const refused = [...sorted.refused, ...refusedValues(used, instances, context)];
  if (refused.length > 0)
    throw unusable(origin, `these members cannot be honoured:\n    ${refused.join("\n    ")}\n `);
  const start = commandOf(used, origin, context, readLine);
  const { environment, notes } = environmentOf(used, context);
  return {
    ...{ ...start, source: origin.place, pm2: sorted.passed },
    environment: { ...environment, ...start.environment },
    ...(typeof instances === "number" && { instances }),
    notes: [...said(sorted, origin), ...notes, ...start.notes],
  };
}

/** pm2's `max`, 0 and -1 depend on the host's processors. */
export function instancesOf(value: unknown): number | "max" | undefined {
  if (value === undefined || value === null) return undefined;
  const count = Number(value);
  return Number.isInteger(count) && count > 0 ? count : "max";
}

function refusedValues(
  used: Record<string, unknown>,
  instances: ReturnType<typeof instancesOf>,
  { parameters }: ReleaseContext,
): string[] {
  const show = JSON.stringify;
  const several = instances !== undefined && instances !== 1;
  const ours = parameters.backendInstances === undefined;
  return [
    ...(used.script ? [] : ["script: nothing: expected a file"]),
    ...(interpreterOf(used)
      ? []
      : [`interpreter: ${show(used.interpreter ?? used.exec_interpreter)}: Node runs the backend`]),
    ...(instances === "max" && ours
      ? [`instances: ${show(used.instances)}: set backendInstances to a number`]
      : []),
    ...(several && ours && /^fork/.test(String(used.exec_mode ?? ""))
      ? [
          `exec_mode: ${show(used.exec_mode)} with instances: ${show(used.instances)}: only in cluster mode several processes share a port; set backendInstances`,
        ]
      : []),
  ];
}

/** `env` with `env_production` over it, as `pm2 start --env production` has it. */
function environmentOf({ env, env_production }: Record<string, unknown>, { parameters }: ReleaseContext) {
  const all = Object.entries({ ...(env as object), ...(env_production as object) });
  const lost = all.filter(([name, value]) => isUndefined(value) && !isSet(name, parameters));
  const environment = Object.fromEntries(
    all.filter(([, value]) => !isUndefined(value)).map(([name, value]) => [name, text(value)]),
  );
  const notes = lost.map(
    ([name]) =>
      `env.${name} has no value when the file is read; set it by backendEnvironment or backendSecretEnvironment`,
  );
  return { environment, notes };
}

const text = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));

function said({ accepted }: SortedKeys, { place }: Origin): string[] {
  const names = accepted.filter((name) => name !== "name");
  return names.length === 0
    ? []
    : [`${place}: ${names.join(", ")}: not used; logs, restarts and names are this package's`];
}
