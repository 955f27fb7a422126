import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { SetupFailure } from "../failure.ts";
import { ownFolder, pinned } from "../first/places.mjs";
import { draftFolder } from "../folder.ts";
import type { Progress } from "../progress.ts";
import { adequateVersion, isLanguageHost } from "./check.ts";
import { type Go, modules } from "./go.ts";

/** One of the two programs: where its module is pinned, and how Pulumi's own release builds it. */
export interface Program {
  title: string;
  module: "cli" | "language-host";
  path: string;
  flags: readonly string[];
  /** Whether a file is this program, whole. */
  runs(file: string): Promise<boolean>;
}

export const cli: Program = {
  title: "Pulumi CLI",
  module: "cli",
  path: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  flags: ["-tags", "osusergo,grpcnotrace"],
  runs: async (file) => (await adequateVersion(file)) !== undefined,
};

export const languageHost: Program = {
  title: "language host",
  module: "language-host",
  path: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  flags: [],
  runs: isLanguageHost,
};

/** Builds a program and moves it into place when it is complete. Throws with the end of what Go said. */
export async function build(go: Go, program: Program, place: string, line: Progress): Promise<void> {
  const draft = join(await draftFolder(), basename(place));
  const environment = await goEnvironment(go);
  line.say(`${program.title}: fetching its modules`);
  const total = await countPackages(go, program, environment);
  await compile(go, program, { draft, environment, total, line });
  if (!(await program.runs(draft))) throw new SetupFailure(`the ${program.title} that Go built does not run`);
  await flush(draft);
  await rename(draft, place);
}

/**
 * Go's own caches would keep 4.7 GB on the machine for good, so the build has caches of its own. They stay when it
 * is interrupted (the next one goes on where this one ended) and are removed when it succeeded. What the owner's
 * module cache holds already is read from there and not fetched again.
 */
const caches = () => join(ownFolder(), "go");

export async function removeCaches(): Promise<void> {
  await rm(caches(), { recursive: true, force: true });
}

async function goEnvironment(go: Go): Promise<Record<string, string>> {
  const temporary = join(caches(), "tmp");
  await mkdir(temporary, { recursive: true });
  const fetched = pathToFileURL(join(go.moduleCache, "cache/download")).href;
  return {
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false",
    GOMODCACHE: join(caches(), "modules"),
    GOCACHE: join(caches(), "build"),
    GOTMPDIR: temporary,
    GOPROXY: go.proxy ? `${fetched},${go.proxy}` : fetched,
  };
}

async function countPackages(go: Go, program: Program, env: Record<string, string>): Promise<number> {
  const run = execa(go.command, ["list", "-deps", ...program.flags, program.path], {
    cwd: join(modules, program.module),
    env,
    lines: true,
    reject: false,
  });
  const { stdout, stderr, failed } = await run;
  if (failed) throw failure(program, stderr);
  return stdout.length;
}

interface Compilation {
  draft: string;
  environment: Record<string, string>;
  total: number;
  line: Progress;
}

async function compile(go: Go, program: Program, { draft, environment, total, line }: Compilation) {
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pinned.cli}`;
  const flags = ["-v", "-trimpath", "-ldflags", `-s -w ${version}`, ...program.flags];
  const run = execa(go.command, ["build", ...flags, "-o", draft, program.path], {
    cwd: join(modules, program.module),
    env: environment,
    lines: true,
    reject: false,
  });
  let done = 0;
  for await (const text of run.iterable({ from: "stderr" })) {
    if (isPackage(text)) done++;
    line.say(`${program.title}: ${done} of ${total} packages built`);
  }
  const { failed, stderr } = await run;
  if (failed) throw failure(program, stderr);
}

/** Go names each package that it builds on a line of its own, between its messages. */
function isPackage(line: string): boolean {
  return /^[\w./~-]+$/.test(line);
}

function failure(program: Program, output: string[]): SetupFailure {
  const said = output.slice(-15).map((line) => `    ${line}`);
  return new SetupFailure([`building the ${program.title} with Go failed:`, ...said].join("\n"));
}

/** On the disk before it is in its place, or a power cut could leave an empty file there. */
async function flush(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}
