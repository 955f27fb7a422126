/*
 * The second stage of `npm run setup`, after the npm packages: the Pulumi CLI, its language host and the plug-ins.
 * The first stage holds the lock.
 */
import { Listr } from "listr2";
import { ensureCli } from "./cli/ensure.ts";
import { messageOf, SetupFailure } from "./failure.ts";
import { pinned } from "./first/places.mjs";
import { removeDrafts } from "./folder.ts";
import { ensurePlugin } from "./plugins.ts";
import type { Task } from "./progress.ts";

// The first stage holds the lock: where it was killed, we must not go on without.
process.on("disconnect", () => process.exit(1));
process.channel?.unref();

const { cli, plugins } = pinned;

function step(title: string, work: (task: Task) => Promise<string>) {
  return {
    title,
    task: async (_: unknown, task: Task & { title: string }) => {
      task.title = `${title}: ${await work(task)}`;
    },
  };
}

const steps = new Listr(
  [
    step(`Pulumi CLI ${cli} and its Node language host`, ensureCli),
    step(`Plug-in command ${plugins.command}`, (task) => ensurePlugin("command", task)),
    step(`Plug-in tls ${plugins.tls}`, (task) => ensurePlugin("tls", task)),
  ],
  { rendererOptions: { showErrorMessage: false }, fallbackRenderer: "simple" },
);

try {
  await removeDrafts();
  await steps.run();
  await removeDrafts();
} catch (error) {
  console.error(error instanceof SetupFailure ? `\n${messageOf(error)}` : error);
  process.exitCode = 1;
}
