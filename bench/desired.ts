import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleBackend } from "../infra/package-root.ts";
import type { Job, Wanted } from "./tool.ts";

/** The desired states of a bench: every job that changes something wants another one than was applied before. */
export interface Desired extends AsyncDisposable {
  /** What this job is to bring about now. */
  next(job: Job): Promise<Wanted>;
}

export async function desired(): Promise<Desired> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  let releases = 0;
  const release = async () => {
    const source = join(folder, `release-${++releases}`);
    await cp(exampleBackend, source, { recursive: true, filter: (path) => !path.includes("node_modules") });
    await appendFile(join(source, "src/server.ts"), `\n// release ${releases}\n`);
    return source;
  };
  let wanted: Wanted = { readTimeout: 86400, backendSource: await release() };
  return {
    async next(job) {
      if (job === "site") wanted = { ...wanted, readTimeout: wanted.readTimeout === 86400 ? 3600 : 86400 };
      if (job === "release") wanted = { ...wanted, backendSource: await release() };
      return wanted;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
