import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { messageOf, SetupFailure } from "./failure.ts";
import { executables, type PluginName, pinned, pluginFolder } from "./first/places.mjs";
import { draftFolder, replaceFolder } from "./folder.ts";
import { isExecutable } from "./on-path.ts";
import type { Task } from "./progress.ts";
import { isOwnPlugin, pluginMarker, pulumiCommand, pulumiEnvironment } from "./pulumi-home.ts";
import { downloadsObjection } from "./reach.ts";

/** Minutes that the download of one plug-in may take. */
const patience = 5;

/**
 * Makes a plug-in available: the official one where it is there or can be had, else the project's own. Returns
 * which, in words; throws where neither can be installed.
 */
export async function ensurePlugin(name: PluginName, task: Task): Promise<string> {
  if (isComplete(name) && !isOwnPlugin(name)) return "in place";
  const objection = await downloadOfficial(name, task);
  if (!objection) return "the official download";
  await ensureOwn(name);
  return `the project's own, because ${objection}`;
}

function isComplete(name: PluginName): boolean {
  return isExecutable(executables()[name]);
}

/** Why the official plug-in could not be had; undefined when it is in its place. */
async function downloadOfficial(name: PluginName, task: Task): Promise<string | undefined> {
  const objection = await downloadsObjection();
  if (objection) return objection;
  const version = `v${pinned.plugins[name]}`;
  task.output = `downloading ${name} ${version}`;
  // In a home of its own: one that fails half-way leaves what is there as it is.
  const home = await draftFolder();
  const env = {
    ...pulumiEnvironment(),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false",
    PULUMI_HOME: home,
  };
  try {
    await execa(pulumiCommand(), ["plugin", "install", "resource", name, version, "--exact"], {
      env,
      stdin: "ignore",
      timeout: patience * 60_000,
    });
  } catch (error) {
    return `\`pulumi plugin install resource ${name} ${version}\` failed (${lastLine(error)})`;
  }
  await put(name, join(home, "plugins", basename(pluginFolder(name))));
  return undefined;
}

async function ensureOwn(name: PluginName): Promise<void> {
  const { installPlugin, pluginSourceHash } = await import("../plugins/install.ts");
  const sources = await pluginSourceHash(name);
  if (isComplete(name) && (await madeFrom(name)) === sources) return;
  const folder = join(await draftFolder(), basename(pluginFolder(name)));
  await mkdir(folder);
  await installPlugin(name, folder);
  await writeFile(join(folder, basename(pluginMarker(name))), `${JSON.stringify({ sources })}\n`);
  await put(name, folder);
}

async function madeFrom(name: PluginName): Promise<string | undefined> {
  if (!isOwnPlugin(name)) return undefined;
  return (JSON.parse(await readFile(pluginMarker(name), "utf8")) as { sources?: string }).sources;
}

async function put(name: PluginName, finished: string): Promise<void> {
  if (!isExecutable(join(finished, `pulumi-resource-${name}`)))
    throw new SetupFailure(
      `The plug-in ${name} was made without its program: this is a fault of the package.`,
    );
  await replaceFolder(finished, pluginFolder(name));
  // The engine's own sign of an install that was interrupted: it would overlook the folder.
  await rm(`${pluginFolder(name)}.partial`, { force: true });
}

function lastLine(error: unknown): string {
  return messageOf(error).trim().split("\n").at(-1) ?? "";
}
