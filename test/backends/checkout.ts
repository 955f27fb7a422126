import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Case } from "./case.ts";

/** What lies ignored in the working copy of the operator. None of it may reach the host. */
export const markers = { env: "NEVER-ON-THE-HOST-env", key: "NEVER-ON-THE-HOST-key" };

const key = `-----BEGIN PRIVATE KEY-----\n${markers.key}\n-----END PRIVATE KEY-----\n`;

/** An operator's working copy of a backend: a git checkout, with an `.env` and a key that git ignores. */
export class Checkout {
  readonly folder: string;
  /** What `backendSource` is. */
  readonly source: string;
  readonly #release: string;

  private constructor(folder: string, { member = ".", release }: Case) {
    this.folder = folder;
    this.source = join(folder, member);
    this.#release = join(folder, release);
  }

  static async of(backend: Case, folder: string): Promise<Checkout> {
    const checkout = new Checkout(folder, backend);
    await cp(new URL(`fixtures/${backend.fixture}`, import.meta.url), folder, { recursive: true });
    const git = (...words: string[]) => execa("git", ["-C", folder, ...words]);
    await git("init", "--quiet");
    await git("add", ".");
    await git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "first");
    for (const place of new Set([folder, checkout.source])) {
      await writeFile(join(place, ".env"), `SECRET=${markers.env}\n`);
      await writeFile(join(place, "deploy.pem"), key);
    }
    return checkout;
  }

  /** The next release: one number in the code, which every client is told. */
  async change(): Promise<void> {
    const code = await readFile(this.#release, "utf8");
    const changed = code.replace(/(release(?:: number)? = )1;/, "$12;");
    if (changed === code) throw new Error(`${this.#release}: expected "release = 1;", found none`);
    await writeFile(this.#release, changed);
  }
}
