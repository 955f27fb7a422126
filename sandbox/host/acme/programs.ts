import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { findGo, modules } from "../../toolchain/cli/go.ts";
import { SetupFailure } from "../../toolchain/failure.ts";
import { lock } from "../lock.ts";
import { fingerprint, home } from "../paths.ts";
import { say } from "../say.ts";

/** The CA and the name server it asks, as files. */
export interface Programs {
  pebble: string;
  nameServer: string;
}

const module = join(modules, "pebble");
const commands = ["pebble", "pebble-challtestsrv"].map(
  (command) => `github.com/letsencrypt/pebble/v2/cmd/${command}`,
);

/** Pebble and pebble-challtestsrv, built from their pinned modules the first time. */
export async function ensurePrograms(): Promise<Programs> {
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(module, file), "utf8"));
  const folder = join(home, "acme", fingerprint(process.arch, ...pins));
  if (!existsSync(folder)) {
    await using _ = await lock("acme-programs", "the programs of the sandbox's CA");
    if (!existsSync(folder)) await build(folder);
  }
  return { pebble: join(folder, "pebble"), nameServer: join(folder, "pebble-challtestsrv") };
}

/** Built beside its place and moved there whole: a folder with that name is complete. */
async function build(folder: string): Promise<void> {
  const go = await goCommand();
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  say("Building the sandbox's CA, Pebble, with Go: once, about a minute.");
  const flags = ["-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags", "-s -w"];
  const env = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };
  await execa(go, ["-C", module, "build", ...flags, "-o", `${unfinished}/`, ...commands], { env });
  renameSync(unfinished, folder);
}

async function goCommand(): Promise<string> {
  try {
    return (await findGo()).command;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    throw new SetupFailure(
      `The sandbox's CA, Pebble, is built with Go: ${error.message}.\n` +
        "Install a recent one (https://go.dev/dl) and try again, or have a sandbox without a CA: npm run sandbox -- reset",
    );
  }
}
