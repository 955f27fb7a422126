import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { projectFolder } from "./package-root.ts";
import { fleetSchema } from "./settings/fleet.ts";
import { waitOfThisRun } from "./settings/lock-wait.ts";
import { schema } from "./settings/schema.ts";

const schemas = { ...schema, ...fleetSchema };

const paths = new Set([
  ...["backendSource", "certificateFile", "certificateKeyFile", "certificateAuthorityFile"],
  "acmeCaFile",
  ...["siteInclude", "siteHttpInclude"],
]);

/**
 * The project's configuration as raw arguments of a `WebSocketHost`; what the values mean is checked there.
 * Empty texts, objects and lists count as not set. Secrets come as plain text here, and the component wraps what it keeps of them.
 */
export function readConfig(): Record<string, unknown> {
  const config = parseConfig(pulumi.runtime.allConfig(), `${pulumi.getProject()}:`, projectFolder());
  return { ...config, ...waitOfThisRun() };
}

/**
 * @param texts all configuration, as Pulumi gives it: every value is a text, objects are JSON
 * @param root the folder of Pulumi.yaml, from which relative paths start
 * @example parseConfig({ "geo-system:port": "2222" }, "geo-system:", "/") // { port: 2222 }
 */
export function parseConfig(
  texts: Record<string, string>,
  prefix: string,
  root: string,
): Record<string, unknown> {
  const own = Object.entries(texts).filter(
    ([name, text]) => name.startsWith(prefix) && text !== "" && text !== "{}" && text !== "[]",
  );
  return Object.fromEntries(
    own.map(([name, text]) => {
      const key = name.slice(prefix.length);
      return [key, placed(key, paths.has(key) ? text : typed(key, text), root)];
    }),
  );
}

/** A value with its paths from the folder of Pulumi.yaml; those of each host too. */
function placed(key: string, value: unknown, root: string): unknown {
  if (paths.has(key) && typeof value === "string") return resolve(root, value);
  const folder = folders[key];
  if (folder !== undefined) return withFolders(value, folder, root);
  if (key !== "hosts" || !Array.isArray(value)) return value;
  return value.map((host: unknown) =>
    typeof host === "object" && host !== null
      ? Object.fromEntries(Object.entries(host).map(([name, own]) => [name, placed(name, own, root)]))
      : host,
  );
}

/** Keys whose members each may name a folder, and how. */
const folders: Readonly<Record<string, string>> = { routes: "files", applications: "source" };

/** With those folders resolved; what else is in it, the check of the key says. */
function withFolders(members: unknown, folder: string, root: string): unknown {
  if (typeof members !== "object" || members === null) return members;
  const resolved = (member: unknown) => {
    if (typeof member !== "object" || member === null) return member;
    const path = (member as Record<string, unknown>)[folder];
    return typeof path === "string" ? { ...member, [folder]: resolve(root, path) } : member;
  };
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, resolved(member)]));
}

/** A text where the key wants one, else the number or object that the text holds. */
function typed(key: string, text: string): unknown {
  const kind = key in schemas ? schemas[key as keyof typeof schemas] : undefined;
  if (!kind || kind.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
