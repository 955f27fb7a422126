import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HandshakeScriptInput } from "../../../infra/handshake/script.ts";
import { renderBackend, renderSecretEnvironment } from "../../../infra/render/ecosystem.ts";
import { handshakeProgram } from "../../../infra/render/handshake-program.ts";
import {
  packRelease,
  type Release,
  type ReleaseParameters,
  uploadPath,
} from "../../../infra/render/release.ts";
import { sitePayload } from "../../../infra/render/site.ts";
import type { Application } from "../../../infra/settings/applications.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import type { BackendStep } from "../../../infra/step-names.ts";
import { statusProgram } from "../../../operate/status/program.ts";
import { readStatus, type Status } from "../../../operate/status/status.ts";
import { checkoutOf } from "../../support/checkout.ts";
import type { TestHost } from "../../support/host.ts";
import { settingsFor } from "./served-host.ts";

export const fixture = fileURLToPath(new URL("../fixtures/backend", import.meta.url));

/** What the fixture answers. */
export const fixtureHandshake: HandshakeScriptInput = {
  steps: [
    { name: "token", send: { type: "hello", token: "${token}" }, expect: { type: "welcome" } },
    { name: "ping", send: { type: "ping" }, expect: { type: "pong" } },
  ],
};

export const secrets = { TOKEN: "canary-1", ODD: `it's "x"\n#\\n $HOME 密码` };

/** What the backend of the fixture says of itself. */
export interface Seen {
  release: string;
  pid: number;
  node: string;
  ws: string;
  env: Record<string, string>;
}

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

/** Step `backend` on a host, with releases of the fixture. */
export class FixtureBackend {
  readonly host: TestHost;
  readonly step: BackendStep;
  /** Seconds, by the names of the payload. */
  patience = { patience: 10, probation: 0.5, "confirm-within": 60 };
  readonly #prover: string;
  readonly #defaults: Partial<Settings>;

  private constructor(host: TestHost, step: BackendStep, prover: string, defaults: Partial<Settings>) {
    this.host = host;
    this.step = step;
    this.#prover = prover;
    this.#defaults = defaults;
  }

  /**
   * @param defaults settings of every apply
   * @param step of the application, where the host has several
   */
  static async on(
    host: TestHost,
    defaults: Partial<Settings> = {},
    step: BackendStep = "backend",
  ): Promise<FixtureBackend> {
    return new FixtureBackend(host, step, await handshakeProgram(), defaults);
  }

  settings(changes: Partial<Settings> = {}): Application {
    const handshake = fixtureHandshake as Settings["handshake"];
    const settings = settingsFor(this.host, { handshake, keepReleases: 2, ...this.#defaults, ...changes });
    return { ...settings, step: this.step };
  }

  secretPayload(values: Record<string, string> = secrets): string {
    return renderSecretEnvironment(this.settings(), values, "open sesame");
  }

  /** What `status` shows of it. */
  async status(): Promise<Status> {
    const told = ["geo-backend", "geo-system", this.host.address, "/ws", "22"].join(" ");
    const said = await this.host.run(`sudo bash -s -- ${told}`, { input: statusProgram() });
    return readStatus(said, this.host.address);
  }

  /** Sends the secret environment and returns its generation. */
  async environment(values?: Record<string, string>): Promise<string> {
    const input = this.secretPayload(values);
    const said = await this.host.run(`sudo geo-system ${this.step} environment`, { input });
    return /^generation (\S+)$/m.exec(said)?.[1] ?? "";
  }

  /** The site that leads to the fixture. */
  applySite(changes: Partial<Settings> = {}): Promise<string> {
    const input = sitePayload(this.settings(changes), this.host.address);
    return this.host.run("sudo geo-system site apply", { input });
  }

  /** A release of the fixture, some of whose files may be others, sent to the host. */
  async release(name: string, changes: Record<string, string> = {}, source = fixture): Promise<Release> {
    const parent = mkdtempSync(join(tmpdir(), "后端 backend-"));
    const folder = join(parent, name);
    cpSync(source, folder, { recursive: true });
    writeFileSync(join(folder, "release.txt"), name);
    for (const [file, text] of Object.entries(changes)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return this.send(folder).finally(() => remove(parent));
  }

  /** A release of any folder, sent to the host. */
  async send(backendSource: string): Promise<Release> {
    return this.upload(await packRelease({ backendSource }));
  }

  /** The same of a git checkout, in which git ignores some files. */
  async checkout(
    name: string,
    changes: Record<string, string>,
    ignored: Record<string, string> = {},
    parameters: Partial<ReleaseParameters> = {},
  ): Promise<Release> {
    const folder = checkoutOf({
      ...Object.fromEntries(
        ["package.json", "package-lock.json", "server.js"].map((file) => [
          file,
          readFileSync(join(fixture, file), "utf8"),
        ]),
      ),
      "release.txt": name,
      ...changes,
      ...ignored,
    });
    const packed = await packRelease({
      backendSource: folder,
      backendName: "geo-backend",
      backendPort: 3000,
      ...parameters,
    }).finally(() => remove(folder));
    return this.upload(packed);
  }

  /** As Pulumi does where another release than the last one is wanted: the host keeps the archive of that one alone. */
  async upload(packed: Release): Promise<Release> {
    const archive = readFileSync(packed.archivePath).toString("base64");
    await this.host.run(
      `install -d -m 0700 .geo-system && base64 -d > ${uploadPath(packed.hash, this.step)}`,
      {
        input: archive,
      },
    );
    return packed;
  }

  /** The payload of `apply`, with less patience than users need: 10 s for a release to listen, 0.5 s of probation. */
  payload(packed: Release, changes: Partial<Settings> = {}): string {
    const patience = Object.entries(this.patience).map(([name, seconds]) => `${name}: ${seconds}\n`);
    const text = renderBackend(this.settings(changes), packed, this.#prover);
    return text.replace("\nkeep:", `\n${patience.join("")}keep:`);
  }

  /** The release serves, for now. */
  start(packed: Release, changes: Partial<Settings> = {}): Promise<string> {
    const input = this.payload(packed, changes);
    return this.host.run(`sudo geo-system ${this.step} apply`, { input });
  }

  confirm = () => this.host.run(`sudo geo-system ${this.step} confirm`);

  /** The release serves, and the one before has gone. */
  async apply(packed: Release, changes: Partial<Settings> = {}): Promise<string> {
    const said = await this.start(packed, changes);
    return said.includes("\nprovisional:") ? `${said}\n${await this.confirm()}` : said;
  }

  refused(packed: Release, changes: Partial<Settings> = {}): Promise<string> {
    return this.host.fails(`sudo geo-system ${this.step} apply`, { input: this.payload(packed, changes) });
  }

  check = () => this.host.run(`sudo geo-system ${this.step} check`);
  seen = async () => JSON.parse(await this.page()) as Seen;
  page = () => this.host.run("curl -sf http://127.0.0.1:3000/");

  seenOn = async (port: number) =>
    JSON.parse(await this.host.run(`curl -sf http://127.0.0.1:${port}/`)) as Seen;

  takeBack = (because: string) =>
    this.host.run(`sudo geo-system ${this.step} take-back --because "${because}"`);
  current = () => this.host.run(`readlink /srv/${this.settings().backendName}/current`);
  record = () => this.host.run(`sudo cat /var/lib/geo-system/${this.step}/current`);
  /** The timers that wait to take a release back. */
  timers = () => this.host.run("systemctl list-units --plain --no-legend 'geo-system-backend*.timer'");

  /** The names that pm2 knows, each once. */
  async applications(): Promise<string[]> {
    const list = JSON.parse(await this.host.run("pm2 jlist | tail -n 1")) as { name: string }[];
    return [...new Set(list.map(({ name }) => name))];
  }

  /** The processes of the application, in the order of pm2. */
  async processes(): Promise<number[]> {
    const list = JSON.parse(await this.host.run("pm2 jlist | tail -n 1")) as { pid: number }[];
    return list.map(({ pid }) => pid);
  }

  /** What pm2 would bring back after a boot. */
  dumped = async () => JSON.parse(await this.host.run("cat ~/.pm2/dump.pm2")) as Record<string, unknown>[];

  /** In a login, as a person types it. */
  login = (command: string) => this.host.run(`bash -lc '${command}'`);
}
