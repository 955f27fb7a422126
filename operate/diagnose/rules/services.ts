import type { Inside, Service } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { on } from "./fix.ts";
import { serves } from "./pm2.ts";
import { type Rule, worry } from "./rule.ts";

/*
 * What the backend needs of the host, as `hostServices` has it: without it the backend crashes, hangs or answers with
 * errors, so it is named before them.
 */

/** As the step's own check judges: one that systemd starts again and again after it failed does not run. */
const runs = ({ active, sub }: Service) =>
  /^(active|reloading|activating)$/.test(active) && !sub.startsWith("auto-restart");

const failing = ({ outside: { flows } }: Observations, inside: Inside) =>
  !serves(inside) || flows.some(({ failure }) => failure);

const down: Rule = (seen) => {
  const { inside, target } = seen;
  const stopped = inside?.services.filter((service) => !runs(service)) ?? [];
  if (!inside || stopped.length === 0) return undefined;
  const hits = failing(seen, inside);
  return {
    ...{ hop: "services", severity: hits ? "fail" : "warn" },
    cause: `${stopped.map(state).join("; ")}: the backend needs ${stopped.length === 1 ? "it" : "them"}`,
    evidence: stopped.flatMap((service) => [
      `systemctl: ${service.name} ${service.active}, ${service.sub}`,
      ...lastLines(service),
    ]),
    fix: stopped.flatMap((service) => fix(service, target)),
    worry: hits ? worry.down : worry.later,
  };
};

function state({ name, load, active }: Service): string {
  if (load === "not-found") return `${name} is not on this host any more`;
  if (load === "masked") return `${name} is masked, so it cannot start`;
  return `${name} does not run (${active})`;
}

/** What the program itself said, and systemd of its end. */
const lastLines = ({ journal }: Service) =>
  journal
    .split("\n")
    .filter((line) => line.trim() && !/^(Starting|Started|Stopping|Stopped) /.test(line))
    .slice(-2);

function fix({ name, load, active, enabled }: Service, target: Observations["target"]): string[] {
  if (load === "not-found") return [target.up];
  return [
    ...(load === "masked" ? [on(target, `sudo systemctl unmask ${name}`)] : []),
    // After some failures in a row systemd refuses another start.
    ...(active === "failed" ? [on(target, `sudo systemctl reset-failed ${name}`)] : []),
    on(target, `sudo systemctl start ${name}`),
    ...(enabled === "disabled" ? [on(target, `sudo systemctl enable ${name}`)] : []),
  ];
}

const notAtBoot: Rule = ({ inside, target }) => {
  const off =
    inside?.services.filter(({ load, enabled }) => load === "loaded" && enabled === "disabled") ?? [];
  if (off.length === 0) return undefined;
  const names = off.map(({ name }) => name).join(" ");
  return {
    ...{ hop: "services", severity: "warn" },
    cause: `${names.replaceAll(" ", ", ")}, which the backend needs, ${off.length === 1 ? "is" : "are"} not enabled at boot`,
    evidence: off.map(({ name, enabled }) => `systemctl is-enabled ${name}: ${enabled}`),
    fix: [on(target, `sudo systemctl enable ${names}`)],
    worry: worry.soon,
  };
};

export const serviceRules = [down];
export const serviceWarnings = [notAtBoot];
