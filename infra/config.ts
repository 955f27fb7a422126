import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { projectFolder } from "./package-root.ts";
import { schema } from "./settings/schema.ts";

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
  const wait = process.env.GEO_SYSTEM_LOCK_WAIT; // `npm run up -- --wait`, for this run alone
  return wait === undefined ? config : { ...config, lockWait: Number(wait) };
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
      if (paths.has(key)) return [key, resolve(root, text)];
      return [key, key === "routes" ? withFolders(typed(key, text), root) : typed(key, text)];
    }),
  );
}

/** The folders of files; what else is in it, the check of the key says. */
function withFolders(routes: unknown, root: string): unknown {
  if (typeof routes !== "object" || routes === null) return routes;
  const resolved = (route: unknown) =>
    typeof route === "object" && route !== null && "files" in route && typeof route.files === "string"
      ? { ...route, files: resolve(root, route.files) }
      : route;
  return Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, resolved(route)]));
}

/** A text where the key wants one, else the number or object that the text holds. */
function typed(key: string, text: string): unknown {
  const kind = key in schema ? schema[key as keyof typeof schema] : undefined;
  if (!kind || kind.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
