import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { executables, type PluginName, pluginFolder, pulumiHome } from "./first/places.mjs";

export { pulumiHome } from "./first/places.mjs";

/** The path of the Pulumi CLI that `npm run setup` made ready. */
export function pulumiCommand(): string {
  return executables().cli;
}

/**
 * What to add to the environment of a program that runs the Pulumi CLI: a PATH on which it and its language host
 * come first, no check for updates, and no attempt to download plug-ins where only the project's own can be had.
 *
 * @example await execa("pulumi", ["preview"], { env: { ...process.env, ...pulumiEnvironment() } })
 */
export function pulumiEnvironment(base: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const closed = (["command", "tls"] as const).some(isOwnPlugin);
  return {
    PATH: [dirname(pulumiCommand()), base.PATH].filter(Boolean).join(delimiter),
    // Where HOME is not the home in passwd the CLI would look for its plug-ins in another folder than set-up.
    PULUMI_HOME: pulumiHome(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(closed ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** The file that tells the project's own plug-in from the official one, and says what it was made from. */
export function pluginMarker(name: PluginName): string {
  return join(pluginFolder(name), "made-by-geo-system.json");
}

export function isOwnPlugin(name: PluginName): boolean {
  return existsSync(pluginMarker(name));
}
