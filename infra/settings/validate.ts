import { RunError } from "@pulumi/pulumi";
import { applicationRouteProblems } from "./application-routes.ts";
import { checked } from "./checked.ts";
import { checkedApplications } from "./checked-applications.ts";
import type { Settings } from "./schema.ts";

/** Bad arguments. The message lists every problem, one a line: `key: expected …, found …`. */
export class ConfigurationError extends RunError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    super([`The configuration has ${count}; nothing was changed.`, ...problems].join("\n  "));
    this.problems = problems;
  }
}

/**
 * Checks arguments and fills in defaults, without touching anything.
 *
 * @param before problems that are known already, listed with the others
 * @throws {@link ConfigurationError} with every problem at once.
 * @example validate({ host: "203.0.113.7" }).port // 22
 */
export function validate(raw: Record<string, unknown>, before: readonly string[] = []): Settings {
  const several = raw.applications !== undefined;
  const { settings, problems } = several ? checkedApplications(raw) : checked(raw);
  if (!several) problems.push(...applicationRouteProblems(raw.routes));
  problems.push(...before);
  if (problems.length > 0) throw new ConfigurationError([...new Set(problems)]);
  return settings as Settings;
}
