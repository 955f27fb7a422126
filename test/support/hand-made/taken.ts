import { readFileSync } from "node:fs";
import { factsOf } from "../../../infra/host/facts.ts";
import { gatherFacts } from "../../../infra/host/gather.ts";
import { dataFindings, dataRefused } from "../../../infra/preview/found/data-findings.ts";
import { stepPlan } from "../../../infra/preview/plan.ts";
import { refusals } from "../../../infra/preview/refusals.ts";
import { packagesPayload } from "../../../infra/render/packages.ts";
import type { Release } from "../../../infra/render/release.ts";
import { commandText } from "../../../infra/render/scripts.ts";
import { sitePayload } from "../../../infra/render/site.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import { FixtureBackend } from "../../host/support/backend.ts";
import { type User, Users } from "../../host/support/users.ts";
import type { TestHost } from "../host.ts";

/** The take-over of a host that was set up by hand, step by step, by the scripts of an `up`. */
export class TakeOver {
  readonly users: Users;
  readonly #host: TestHost;
  readonly #backend: FixtureBackend;
  readonly #one: Release;

  private constructor(host: TestHost, backend: FixtureBackend, one: Release) {
    this.#host = host;
    this.#backend = backend;
    this.#one = one;
    this.users = new Users(host.address);
  }

  /** A release that waits for its `up`, with all of step `packages`. */
  static async on(host: TestHost, settings: Partial<Settings> = {}): Promise<TakeOver> {
    await host.installCommand(commandText());
    const backend = await FixtureBackend.on(host, { tls: "off", handoverSeconds: 2, ...settings });
    await host.run("sudo geo-system packages apply", { input: packagesPayload(backend.settings()) });
    return new TakeOver(host, backend, await backend.release("one"));
  }

  /** What a preview says of the first release. */
  async reach(): Promise<string> {
    const { facts, payload } = await this.#look();
    return stepPlan("backend", facts, { payload, options: {} }).reach.text;
  }

  /** What a preview finds that comes along, and why an `up` would not begin. */
  async data(changes: Partial<Settings> = {}): Promise<{ found: string[]; refused: string[] }> {
    const { facts } = await this.#look(changes);
    return {
      found: dataFindings(factsOf(facts, "backend"), "geo-backend"),
      refused: dataRefused(factsOf(facts, "backend"), "geo-backend"),
    };
  }

  async #look(changes: Partial<Settings> = {}) {
    const { info, address } = this.#host;
    const payload = this.#backend.payload(this.#one, changes);
    const login = { ...info, host: address, privateKey: readFileSync(info.keyPath, "utf8") };
    const site = sitePayload(this.#backend.settings(), address);
    const wanted = new Map([
      ["site", site],
      ["backend", payload],
    ]);
    return { payload, facts: await gatherFacts(login, wanted) };
  }

  /** All that an `up` does from the site on. New clients come meanwhile, and none may be turned away. */
  up(): Promise<string> {
    return this.users.unnoticed(async () => {
      await this.#backend.applySite();
      await this.#backend.environment();
      return this.#backend.apply(this.#one);
    });
  }

  /** The same with a release that does not come up; what the host said. */
  async fails(): Promise<string> {
    const broken = await this.#backend.release("broken", { "server.js": "process.exit(7);" });
    return this.users.unnoticed(async () => {
      await this.#backend.applySite();
      await this.#backend.environment();
      return this.#backend.refused(broken);
    });
  }

  /** What a preview refuses of the release after the first one. */
  async refused(): Promise<string[]> {
    const { facts, payload } = await this.#look();
    const next = payload.replace(/^release: .*$/m, "release: 000000000000");
    const plan = stepPlan("backend", facts, { payload: next, options: {} });
    return refusals(facts, new Map([["backend", plan]]), this.#backend.settings(), facts.owner ?? "");
  }

  /** A release after the first one. Nobody may be turned away. */
  async release(): Promise<string> {
    const two = await this.#backend.release("two");
    return this.users.unnoticed(() => this.#backend.apply(two));
  }

  check = () => this.#backend.check();

  /** What a `destroy` does. Nor may a client be turned away here. */
  destroy(): Promise<string> {
    return this.users.unnoticed(async () => {
      const said: string[] = [];
      for (const step of ["backend", "site", "packages"])
        said.push(await this.#host.run(`sudo geo-system ${step} undo`));
      return said.join("\n");
    });
  }
}

/** Codes with which held clients were closed, and the seconds after which the first one was. */
export async function ends(held: readonly User[]): Promise<{ codes: number[]; first: number }> {
  const all = await Promise.all(held.map(({ closed }) => closed));
  return { codes: [...new Set(all.map(({ code }) => code))], first: Math.min(...all.map(({ at }) => at)) };
}
