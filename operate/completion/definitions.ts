import type { Command } from "commander";
import { namesOf } from "../commands.mjs";
import { installed } from "../project.ts";

/** The definition of each command, loaded when it is asked for. `pulumi` takes the words of Pulumi's own CLI. */
const definitions: Record<string, (() => Promise<{ command: Command }>) | undefined> = {
  up: () => import("../up/command.ts"),
  preview: () => import("../preview/command.ts"),
  diagnose: () => import("../diagnose/command.ts"),
  status: () => import("../status/command.ts"),
  watch: () => import("../watch/command.ts"),
  logs: () => import("../logs/command.ts"),
  "take-over": () => import("../take-over/command.ts"),
  rollback: () => import("../rollback/command.ts"),
  completion: () => import("./command.ts"),
  comment: () => import("../comment/command.ts"),
  ...(process.env.GEO_SYSTEM_INSTALLED === "yes"
    ? {}
    : {
        sandbox: () => import("../../sandbox/host/command.ts"),
        bench: () => import("../../bench/command.ts"),
      }),
};

/** Each command that can be typed here, with its definition. */
export function definedCommands(): Promise<{ name: string; definition: Command | undefined }[]> {
  const names = namesOf({ checkout: !installed });
  return Promise.all(
    names.map(async (name) => ({ name, definition: (await definitions[name]?.())?.command })),
  );
}
