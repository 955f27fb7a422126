import { readdirSync, readFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";

/** A run of Pulumi that holds a stack. */
export interface Holder {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
  /** It ran on this machine and is not there any more. */
  gone: boolean;
}

/** A stack whose state is in files: of a sandbox, or after `pulumi login --local`. */
export class StateFiles {
  readonly #locks: string;
  readonly #checkpoint: string;

  constructor(folder: string, project: string, stack: string) {
    this.#locks = join(folder, ".pulumi/locks/organization", project, stack);
    this.#checkpoint = join(folder, ".pulumi/stacks", project, `${stack}.json`);
  }

  holders(): Holder[] {
    return files(this.#locks).map((file) => {
      const lock = JSON.parse(readFileSync(file, "utf8")) as Omit<Holder, "gone">;
      return { ...lock, gone: lock.hostname === hostname() && !runs(lock.pid) };
    });
  }

  /**
   * Notes beside the state (its content type, its sum) that a run began to write when it was killed. They hold no state;
   * but of an empty one the CLI says "failed to load checkpoint: EOF", and without it it does well.
   */
  brokenNotes(): string[] {
    return ["", ".bak"]
      .map((end) => `${this.#checkpoint}${end}.attrs`)
      .filter((file) => read(file)?.trim() === "");
  }

  /** The resources of which a run that was cut off did not hear whether they were made, by name. */
  pendingCreates(): string[] {
    const { checkpoint } = JSON.parse(read(this.#checkpoint) ?? "{}") as Partial<Checkpoint>;
    return (checkpoint?.latest?.pending_operations ?? [])
      .filter(({ type }) => type === "creating")
      .map(({ resource }) => resource.urn.split("::").at(-1) ?? resource.urn);
  }
}

interface Checkpoint {
  checkpoint: { latest?: { pending_operations?: { type: string; resource: { urn: string } }[] } };
}

/** Where Pulumi keeps state in files; undefined where a service or a bucket keeps it, which speaks for itself. */
export function stateFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const url = environment.PULUMI_BACKEND_URL || currentBackend(environment);
  if (!url?.startsWith("file://")) return undefined;
  const path = decodeURI(url.slice("file://".length).replace(/\?.*$/, ""));
  return path.replace(/^~/, homedir());
}

/** What `pulumi login` wrote down. */
function currentBackend({ PULUMI_HOME }: NodeJS.ProcessEnv): string | undefined {
  const home = PULUMI_HOME || join(userInfo().homedir, ".pulumi"); // as the CLI finds it
  const text = read(join(home, "credentials.json"));
  return text === undefined ? undefined : (JSON.parse(text) as { current?: string }).current;
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH"; // Another user's process cannot be signalled, and runs.
  }
}
