import type { HopName } from "./hop-names.ts";
import type { Inside } from "./inside/observed.ts";

/** What is not there to be looked at, so that the hop is neither well nor wrong. Undefined where it is there. */
export const absent: Partial<Record<HopName, (inside: Inside) => string | undefined>> = {
  firewall: ({ firewall: { ufw } }) =>
    ufw === "active" ? undefined : `ufw is ${ufw === "absent" ? "not installed" : ufw}`,
  limits: ({ nginx }) => (nginx.workers.length === 0 ? "no worker of nginx" : undefined),
  boot: (inside) => (atBoot(inside).length === 0 ? "neither nginx nor pm2 starts at boot" : undefined),
};

/** Which of them the next boot starts, as a person calls them. */
export function atBoot({ units }: Inside): string[] {
  const enabled = units.filter((unit) => unit.enabled === "enabled").map(({ name }) => name);
  const named = (name: string) => (name.startsWith("pm2-") ? "pm2" : name);
  return enabled.map(named).filter((name) => name === "nginx" || name === "pm2");
}
