import type { Settings } from "../settings/schema.ts";
import { handoverOf } from "./handover.ts";
import { variable } from "./start/command-line.ts";

type Parameters = Pick<
  Settings,
  "backendName" | "backendPort" | "websocketPath" | "handover" | "handoverSeconds" | "backendEnvironment"
>;

/** The folder of an application on the host: its releases, its data, its secrets. */
export const applicationRoot = (name: string) => `/srv/${name}`;

/** What nginx and a handover rely on, and the setting that changes it. */
const fixed = {
  HOST: "nothing: nginx reaches it on this host",
  PORT: "backendPort",
  GEO_SYSTEM_PORT: "backendPort",
  WS_PATH: "websocketPath",
  HANDOVER_SECONDS: "handoverSeconds",
} as const;

/**
 * The plain environment of a backend: what every backend is told, what its own repository sets, and what the operator
 * sets, which wins.
 *
 * @param own of how it starts, see {@link Start}
 * @throws where the operator's would part the backend from nginx
 */
export function backendEnvironment(
  parameters: Parameters,
  own: Record<string, string> = {},
): Record<string, string> {
  for (const [name, instead] of Object.entries(fixed)) {
    if (name in parameters.backendEnvironment)
      throw new Error(`backendEnvironment.${name}: expected to be left to the package; set ${instead}`);
  }
  const told = {
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(parameters.backendPort),
    // The port that the backend's code may name in place of PORT, for templates/pm2/preload.cjs.
    GEO_SYSTEM_PORT: String(parameters.backendPort),
    WS_PATH: parameters.websocketPath,
    HANDOVER_SECONDS: String(handoverOf(parameters) === "paced" ? parameters.handoverSeconds : 0),
    DATA_DIR: `${applicationRoot(parameters.backendName)}/shared`,
  };
  const set = { ...told, ...parameters.backendEnvironment };
  const expanded = Object.entries(own).map(([name, value]) => [name, expand(value, set)]);
  return { ...told, ...Object.fromEntries(expanded), ...parameters.backendEnvironment };
}

/** A word with the values of the variables in it. */
export function expand(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replace(variable, (text, name: string) => environment[name] ?? text);
}
