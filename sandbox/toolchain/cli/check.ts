import { execa } from "execa";
import { pinned } from "../first/places.mjs";
import { isExecutable } from "../on-path.ts";
import { cliIsAdequate } from "../versions.ts";

/** The two programs: the CLI, and the language host that it starts for a Node program. */
export interface Pair {
  cli: string;
  languageHost: string;
}

/** The version of a CLI that can run this project's program; undefined for any other file. */
export async function adequateVersion(cli: string): Promise<string | undefined> {
  const version = await answer(cli, "version");
  return version && cliIsAdequate(version, pinned.sdk) ? version.replace(/^v/, "") : undefined;
}

export async function isWhole({ cli, languageHost }: Pair): Promise<boolean> {
  return (await adequateVersion(cli)) !== undefined && (await isLanguageHost(languageHost));
}

/** A language host does not tell its version. Half a file does not even show its help. */
export async function isLanguageHost(file: string): Promise<boolean> {
  return (await answer(file, "-help")) !== undefined;
}

async function answer(file: string, question: string): Promise<string | undefined> {
  if (!isExecutable(file)) return undefined;
  const { failed, stdout } = await execa(file, [question], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
    stdin: "ignore",
    timeout: 20_000,
  });
  return failed ? undefined : stdout.trim();
}
