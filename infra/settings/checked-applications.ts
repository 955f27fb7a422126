import { pulumiLine } from "../pulumi-command.ts";
import { applications, argumentsOf, flatOnly, inItsWords } from "./application-keys.ts";
import { applicationRouteProblems } from "./application-routes.ts";
import { applicationsOf, sharedBetween } from "./applications.ts";
import { type Checked, checked, describe } from "./checked.ts";
import { type Settings, schema } from "./schema.ts";

/** Each application is checked as if it were the only one, and then what they must not share. */
export function checkedApplications(raw: Record<string, unknown>): Checked {
  const form = applications.safeParse(raw.applications);
  if (!form.success) {
    const problems = form.error.issues.flatMap((issue) => describe("applications", issue, raw.applications));
    return { settings: {}, problems };
  }
  const names = Object.keys(form.data);
  const all = names.map((name) => {
    const { settings, problems } = checked(argumentsOf(raw, name));
    const required = (["source", "port"] as const).filter((key) => form.data[name]?.[key] === undefined);
    return {
      ...{ name, settings },
      problems: [
        ...required.map((key) => `applications.${name}.${key}: expected a value, found nothing`),
        ...problems.map((problem) => inItsWords(problem, name)),
      ],
    };
  });
  const problems = [
    ...flatBeside(raw),
    ...applicationRouteProblems(raw.routes, names),
    ...all.flatMap((each) => each.problems),
  ];
  if (problems.length > 0) return { settings: {}, problems };
  const named = Object.fromEntries(all.map(({ name, settings }) => [name, settings as Settings]));
  const routes = schema.routes.parse(raw.routes);
  const settings = { ...(all[0]?.settings as Settings), routes, applications: named };
  return { settings, problems: sharedBetween(applicationsOf(settings)) };
}

/** Keys of the one application without a name. Of those with a default only another value counts. */
function flatBeside(raw: Record<string, unknown>): string[] {
  const given = [...flatOnly, "websocketPath" as const].filter((key) => {
    const value = JSON.stringify(raw[key]);
    return raw[key] !== undefined && value !== JSON.stringify(schema[key].safeParse(undefined).data);
  });
  const taken = ["application", "data"].filter(
    (key) => typeof raw.takeOver === "object" && raw.takeOver !== null && key in raw.takeOver,
  );
  const ofOne = taken.map(
    (key) =>
      `takeOver.${key}: expected nothing, since applications is set; give it to the application that it is of: applications.NAME.takeOver.${key}`,
  );
  const beside = given.map(
    (key) =>
      `${key}: expected nothing, since applications is set; ${key === "websocketPath" ? "name the path in routes" : "give each application its own"}, and remove the key: ${pulumiLine(`config rm ${key}`)}`,
  );
  return [...beside, ...ofOne];
}
