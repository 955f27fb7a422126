import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputsVariable } from "../../infra/outputs-file.ts";

/** A file of this run alone, in which the program reports its outputs: infra/report-outputs.ts. */
export class ReportedOutputs implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "geo-system-up-"));
  readonly #file = join(this.#folder, "outputs");
  /** For the environment of the CLI. */
  readonly environment = { [outputsVariable]: this.#file };

  /** Undefined if the program reported nothing, as earlier versions do. */
  read(): string | undefined {
    try {
      return readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
