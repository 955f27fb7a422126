import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageRoot } from "../../../infra/package-root.ts";
import { installPlugin, type PluginName, pluginSourceHash } from "../../../sandbox/plugins/install.ts";
import { pulumiHome } from "../../../sandbox/toolchain/pulumi-home.ts";

export const versions = { command: "1.2.1", tls: "5.5.1" };

const named = { command: "GEO_COMMAND_PLUGIN", tls: "GEO_TLS_PLUGIN" };

/**
 * The plug-in to talk to: the one an environment variable names, else the official one where it is installed,
 * else the project's own, bundled now from its sources.
 *
 * @example GEO_COMMAND_PLUGIN=/path/to/pulumi-resource-command npx vitest run --project host test/plugins
 */
export async function pluginUnderTest(name: PluginName): Promise<string> {
  const wanted = process.env[named[name]];
  if (wanted) return wanted;
  const folder = join(pulumiHome(), "plugins", `resource-${name}-v${versions[name]}`);
  const installed = join(folder, `pulumi-resource-${name}`);
  const isOwn = existsSync(join(folder, `${name}.cjs`));
  return existsSync(installed) && !isOwn ? installed : freshPlugin(name);
}

/** The project's own plug-in, bundled once for each state of its sources. Returns the path of its executable. */
export async function freshPlugin(name: PluginName): Promise<string> {
  const sources = (await pluginSourceHash(name)).slice(0, 16);
  const folder = join(packageRoot, "node_modules/.cache/plugins", `${name}-${sources}`);
  const executable = join(folder, `pulumi-resource-${name}`);
  if (!existsSync(executable)) await installPlugin(name, folder);
  return executable;
}

/** Makes a home for the Pulumi CLI that holds nothing but the two plug-ins. */
export async function installForCli(home: string): Promise<void> {
  for (const name of ["command", "tls"] as const) {
    const folder = join(home, "plugins", `resource-${name}-v${versions[name]}`);
    await cp(dirname(await pluginUnderTest(name)), folder, { recursive: true });
  }
}
