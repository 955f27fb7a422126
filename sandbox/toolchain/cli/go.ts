import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { SetupFailure } from "../failure.ts";
import { root } from "../first/places.mjs";
import { isExecutable, onPath } from "../on-path.ts";
import { goObjection } from "../versions.ts";

/** Where the module of each of the two programs is pinned. */
export const modules = join(root, "sandbox/toolchain/go");

/** A Go that can build the CLI, and what its owner set. */
export interface Go {
  command: string;
  proxy: string;
  /** The owner's module cache. It is read, and never written. */
  moduleCache: string;
}

/** Finds a Go that is new enough. Throws with the reason where there is none. */
export async function findGo(): Promise<Go> {
  // sudo leaves the usual folder of Go out of PATH.
  const usual = join(process.env.GOROOT || "/usr/local/go", "bin/go");
  const command = onPath("go") ?? (isExecutable(usual) ? usual : undefined);
  if (!command) throw new SetupFailure("Go was not found on PATH");
  const names = ["GOVERSION", "GOTOOLCHAIN", "GOPROXY", "GOMODCACHE"];
  // Outside any module: the answer is the machine's, not that of a go.mod that asks for more.
  const { stdout } = await execa(command, ["env", "-json", ...names], { cwd: "/" });
  const set = JSON.parse(stdout) as Record<string, string | undefined>;
  const objection = goObjection(set.GOVERSION ?? "", await neededGo(), set.GOTOOLCHAIN ?? "");
  if (objection) throw new SetupFailure(objection);
  return { command, proxy: set.GOPROXY ?? "", moduleCache: set.GOMODCACHE ?? "" };
}

/** The least Go, as the CLI's module asks for it. */
export async function neededGo(): Promise<string> {
  const text = await readFile(join(modules, "cli", "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "";
}
