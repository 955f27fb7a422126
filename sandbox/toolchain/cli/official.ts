import { dirname, join } from "node:path";
import { execa } from "execa";
import { messageOf, SetupFailure } from "../failure.ts";
import { pinned } from "../first/places.mjs";
import { draftFolder, replaceFolder } from "../folder.ts";
import { onPath } from "../on-path.ts";
import { type Progress, progress, type Task } from "../progress.ts";
import { downloads, downloadsObjection } from "../reach.ts";
import { canInstall, ensureSystemPackages } from "../system-packages.ts";
import { isWhole, type Pair } from "./check.ts";

/** Minutes: a slow line may take long, a dead one must not take forever. */
const patience = 15;

/** Downloads the official release as the npm package `pulumi` does. Throws with the reason where it cannot. */
export async function download(place: Pair, task: Task): Promise<string> {
  const objection = await downloadsObjection();
  if (objection) throw new SetupFailure(objection);
  await ensureCurl();
  using line = progress(task);
  const draft = await draftFolder();
  await runInstallScript(draft, line);
  await replaceFolder(join(draft, "bin"), dirname(place.cli));
  return `the official download, in ${line.elapsed()}`;
}

async function ensureCurl(): Promise<void> {
  if (onPath("curl")) return;
  if (!canInstall()) throw new SetupFailure("Pulumi's install script needs curl, which is not installed");
  await ensureSystemPackages(["curl"], "Pulumi's install script");
}

async function runInstallScript(draft: string, line: Progress): Promise<void> {
  const script = join(draft, "install.sh");
  const args = ["--no-edit-path", "--install-root", draft, "--version", pinned.cli];
  const timeout = patience * 60_000;
  line.say(`downloading from ${downloads}`);
  try {
    const url = `${downloads}/install.sh`;
    await execa("curl", ["--silent", "--show-error", "--fail", "--location", "--output", script, url], {
      timeout,
    });
    await execa("sh", [script, ...args], { timeout, stdin: "ignore" });
  } catch (error) {
    throw new SetupFailure(`the download from ${downloads} failed: ${messageOf(error)}`);
  }
  const bin = join(draft, "bin");
  const pair = { cli: join(bin, "pulumi"), languageHost: join(bin, "pulumi-language-nodejs") };
  if (!(await isWhole(pair))) throw new SetupFailure(`what ${downloads} gave does not run`);
}
