import type { z } from "zod";
import { routes } from "./routes.ts";

type Given = z.output<typeof routes>[string];

/** What is wrong with `routes` where the host has these applications, or the one without a name. What is wrong with a path alone, its check says. */
export function applicationRouteProblems(given: unknown, names?: readonly string[]): string[] {
  const form = routes.safeParse(given ?? {});
  if (!form.success) return [];
  const all = Object.entries(form.data);
  if (!names)
    return all.flatMap(([path, { application }]) => (application ? [noneToName(path, application)] : []));
  return [
    ...all.flatMap(([path, route]) => leadsNowhere(path, route, names)),
    ...names.flatMap((name) =>
      isServed(
        name,
        all.map(([, route]) => route),
      ),
    ),
  ];
}

const noneToName = (path: string, application: string) =>
  `routes.${path}.application: expected nothing, since there are no applications, found "${application}"; add it to applications, or remove it here`;

function leadsNowhere(path: string, { application, files }: Given, names: readonly string[]): string[] {
  if (files !== undefined || names.includes(application ?? "")) return [];
  const found = application === undefined ? "nothing" : `"${application}"`;
  return [`routes.${path}.application: expected one of ${names.join(", ")}, found ${found}`];
}

function isServed(name: string, all: readonly Given[]): string[] {
  const own = all.filter(({ application }) => application === name);
  if (own.length > 0) return [];
  return [
    `applications.${name}: expected a path of routes that leads to it, found none; add { "websocket": true, "application": "${name}" }, without "websocket" where it speaks HTTP alone, or remove the application`,
  ];
}
