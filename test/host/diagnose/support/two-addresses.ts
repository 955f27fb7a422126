import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { project } from "../../../../operate/run-pulumi.ts";
import type { Patient } from "./patient.ts";

/**
 * A name that leads to a host by IPv4 and by IPv6. It is known to the diagnosis alone, which runs with an /etc/hosts
 * of its own; the IPv6 addresses go with the test.
 */
export class TwoAddresses implements AsyncDisposable {
  readonly name = "geo.example";
  readonly six = "fd00:18::2";
  readonly #patient: Patient;
  readonly #files: string;

  private constructor(patient: Patient, files: string) {
    this.#patient = patient;
    this.#files = files;
  }

  static async of(patient: Patient): Promise<TwoAddresses> {
    const files = await mkdtemp(join(tmpdir(), "geo-two-addresses-"));
    const names = new TwoAddresses(patient, files);
    const lines = [patient.info.address, names.six].map((address) => `${address} ${names.name}\n`);
    await writeFile(join(files, "hosts"), lines.join(""));
    await execa("ip", ["address", "replace", ...ours]);
    await patient.breaks(`ip address replace ${names.six}/64 dev host0 nodad`);
    return names;
  }

  /** What `npm run diagnose -- --url ws://NAME/ws --json` prints. */
  async diagnose() {
    const { hostKey, keyPath } = this.#patient.info;
    const url = ["--url", `ws://${this.name}/ws`, "--json", "--timeout", "2"];
    const login = ["--host-key", hostKey, "--identity", keyPath];
    const script = `mount --bind ${this.#files}/hosts /etc/hosts && exec node operate/run.mjs diagnose "$@"`;
    const { stdout } = await execa("unshare", ["-m", "sh", "-c", script, "sh", ...url, ...login], {
      cwd: project,
      reject: false,
    });
    return JSON.parse(stdout) as {
      healthy: boolean;
      verdict: { hop: string; cause: string; fix: string[] } | null;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#patient.breaks(`ip address del ${this.six}/64 dev host0`);
    await execa("ip", ["address", "del", ...ours.slice(0, 3)]);
    await rm(this.#files, { recursive: true });
  }
}

/** In the network between this machine and its sandboxes. */
const ours = ["fd00:18::1/64", "dev", "geo-sandbox", "nodad"];
