import type { Facts } from "../host/facts.ts";
import type { StepPlan } from "./plan.ts";
import type { StepReach } from "./step-reach.ts";

/*
 * What the backend needs of the host, in step `packages`: why an `up` must not begin, and what it starts and stops.
 */

/** Names that the host's apt or systemd does not take. */
export function needsRefused({ missingPackages, services, failed }: Facts): string[] {
  const unknown = missingPackages.filter(({ known }) => known === false);
  return [
    ...(failed.needs === undefined
      ? []
      : [`the host could not tell what it has of hostPackages and hostServices.\n${failed.needs}`]),
    ...unknown.map(
      ({ name, lists }) =>
        `hostPackages: apt on the host knows no package ${name} (its lists are of ${day(lists)}); correct the name, or fetch new lists: sudo apt-get update`,
    ),
    ...Object.entries(services).flatMap(([unit, state]) => serviceRefused(unit, state, missingPackages)),
  ];
}

const day = (time: number) => new Date(time).toISOString().slice(0, 10);

/** A package that is still to be installed may bring the unit: then only the `up` knows. */
function serviceRefused(unit: string, state: string, missing: Facts["missingPackages"]): string[] {
  if (state === "masked")
    return [
      `hostServices: ${unit} is masked on the host, so it cannot start; on the host: sudo systemctl unmask ${unit}`,
    ];
  if (state !== "not-found" || missing.length > 0) return [];
  return [
    `hostServices: the host has no unit ${unit}; correct the name, or name its package in hostPackages; what there is, on the host: systemctl list-unit-files`,
  ];
}

const named = (unit: string) => unit.replace(/\.service$/, "");

/** Nobody who is connected is disturbed; a service that stops is one that the backend no longer needs. */
export function packagesReach(plan: StepPlan, facts: Facts): StepReach {
  const was = plan.before["host-service"] ?? [];
  const wanted = plan.settings["host-service"] ?? [];
  const stopped = plan.drift.flatMap(({ reason }) => /^(\S+) is not running/.exec(reason)?.[1] ?? []);
  const started = [...wanted.filter((unit) => !was.includes(unit)).map(named), ...stopped];
  const parts = [
    ...list(started, "started, where it does not run"),
    ...was.filter((unit) => !wanted.includes(unit)).flatMap((unit) => given(unit, facts)),
    ...list(droppedPackages(plan), "no longer needed, and stays installed"),
  ];
  return { reach: "nothing", text: parts.join("; ") || "nothing" };
}

const list = (names: readonly string[], what: string) =>
  [...new Set(names)].map((name) => `${name} is ${what}`);

function given(unit: string, { servicesBefore }: Facts): string[] {
  const before = servicesBefore[unit];
  const changes = [!before?.active && "stopped", !before?.enabled && "disabled at boot"].filter(Boolean);
  return before && changes.length > 0
    ? [`${named(unit)} is ${changes.join(" and ")}, as it was before, once the backend runs without it`]
    : [`${named(unit)} stays as it is`];
}

function droppedPackages({ before, settings }: StepPlan): string[] {
  return (before["host-package"] ?? []).filter((name) => !settings["host-package"]?.includes(name));
}
