import * as pulumi from "@pulumi/pulumi";
import { AllOrNone } from "./fleet/all-or-none.ts";
import { checkEntry, type EntryFindings } from "./fleet/entry.ts";
import { hostName } from "./fleet/host-name.ts";
import { beforehand } from "./fleet/live.ts";
import { Run } from "./fleet/rollout.ts";
import { servingOf } from "./fleet/serving.ts";
import { fleetTable } from "./fleet/table.ts";
import { pinnedConnection } from "./host/pinned.ts";
import { ownerName } from "./owner.ts";
import { type HostPlan, planHost } from "./preview/host-plan.ts";
import { labels } from "./preview/labels.ts";
import { stopped } from "./preview/report.ts";
import type { WebSocketHostArgs } from "./settings/arguments.ts";
import type { WebSocketFleetArgs } from "./settings/fleet.ts";
import type { Settings } from "./settings/schema.ts";
import { type FleetHost, type FleetSettings, validateFleet } from "./settings/validate-fleet.ts";
import { WebSocketHost } from "./websocket-host.ts";

/**
 * Several hosts that serve the same WebSocket backend. Each is a {@link WebSocketHost} of its own; an `up` plans at all of
 * them before it changes any, and goes from one to the next only past the proof from outside.
 *
 * @throws ConfigurationError that lists every bad argument, before anything is touched
 * @example
 * const geo = new WebSocketFleet("geo", {
 *   hosts: [{ name: "a", host: "203.0.113.7" }, { name: "b", host: "203.0.113.8", port: 2222 }],
 *   rollout: { canary: 1, parallel: 2, pauseSeconds: 30 },
 *   backendSource: "../backend",
 *   handshakeToken,
 * });
 */
export class WebSocketFleet extends pulumi.ComponentResource {
  /** The hosts by name. */
  readonly hosts: Readonly<Record<string, WebSocketHost>>;
  /** Secret: for each host by name, a ws address that any client can use now; `a/api` for each of `applications`. */
  readonly testUrls: pulumi.Output<Record<string, string>>;
  /** PEM of the CAs to trust beside the public ones, one after the other; undefined where these do, or `tls` is off. */
  readonly caCertificate: pulumi.Output<string | undefined>;

  constructor(name: string, args: WebSocketFleetArgs, options?: pulumi.ComponentResourceOptions) {
    super("geo-system:index:WebSocketFleet", name, {}, options);
    const fleet = validateFleet({ ...args });
    const run = new Run(fleet.rollout, (line) => void pulumi.log.info(line, this));
    const together = fleet.rollout.onFailure === "rollBack" ? allOrNone(fleet, run) : undefined;
    const hosts = fleet.hosts.map((host) => {
      const plan = planOf(hostName(name, host.name), host.settings);
      return { ...host, plan, component: this.#host(name, host, run, together) };
    });
    this.#report(hosts);
    run.begin(
      hosts.map(({ name: host, plan, component, settings }) => ({
        name: host,
        planned: success(plan.apply(beforehand)),
        proven: together?.provenOf(host) ?? success(component.release),
        serves: () => servingOf(settings),
      })),
      success(this.#enter(fleet)),
    );
    const each = <T>(of: (host: WebSocketHost) => T) =>
      Object.fromEntries(hosts.map(({ name: host, component }) => [host, of(component)]));
    this.hosts = each((host) => host);
    this.testUrls = pulumi.secret(
      pulumi.all(each(({ testUrl, testUrls }) => pulumi.all([testUrl, testUrls]))).apply(urlsByName),
    );
    this.caCertificate = pulumi
      .all(hosts.map(({ component }) => component.caCertificate))
      .apply((all) => [...new Set(all)].filter((pem) => pem !== undefined).join("\n") || undefined);
    this.registerOutputs(this.outputs());
  }

  /** Every output, under the names that `pulumi stack output` shows; `url` and its like are those of the first host. */
  outputs() {
    const [first] = Object.values(this.hosts) as [WebSocketHost];
    const { url, wsUrl, wssUrl, testUrl } = first.outputs();
    const hosts = Object.fromEntries(Object.entries(this.hosts).map(([name, host]) => [name, told(host)]));
    return { url, wsUrl, wssUrl, testUrl, hosts, testUrls: this.testUrls, caCertificate: this.caCertificate };
  }

  /** A host whose resources come once it is its turn. A preview waits for nothing: it shows all of them. */
  #host(name: string, host: FleetHost, run: Run, together?: AllOrNone): WebSocketHost {
    const begun = async (): Promise<pulumi.Resource[]> => {
      await run.turnOf(host.name).catch(async (error: unknown) => {
        await together?.memberOf(host.name).failed();
        throw error;
      });
      together?.begin(host.name);
      return [];
    };
    const turn = pulumi.runtime.isDryRun() ? [] : begun();
    const args = host.args as unknown as WebSocketHostArgs;
    return new WebSocketHost(
      hostName(name, host.name),
      args,
      { parent: this, dependsOn: turn },
      {
        member: together?.memberOf(host.name),
      },
    );
  }

  /** Where the name of all hosts leads. Like the look at a host: an `up` ends here where it must, and a preview says so. */
  #enter({ entry, hosts }: FleetSettings): pulumi.Output<EntryFindings> {
    if (entry !== "dns") return pulumi.output({ refused: [], notes: [] });
    const names = [...new Set(hosts.flatMap(({ settings }) => settings.serverName ?? []))];
    const known = pulumi.all(
      hosts.map(({ name, settings }) => pulumi.output(settings.host).apply((host) => ({ name, host }))),
    );
    const findings = known.apply((all) => checkEntry(names, all));
    return pulumi.all([findings, this.urn]).apply(async ([found]) => {
      for (const note of found.notes) await pulumi.log.warn(labels.check + note, this);
      if (found.refused.length === 0) return found;
      if (!pulumi.runtime.isDryRun())
        throw stopped(["Nothing was changed.", ...found.refused].join("\n  refused: "));
      for (const why of found.refused) await pulumi.log.error(labels.refused + why, this);
      throw stopped("An `up` would stop before it changes anything: see what is refused.");
    });
  }

  #report(hosts: readonly { name: string; plan: pulumi.Output<HostPlan> }[]): void {
    const plans = hosts.map(({ plan }) => plan);
    pulumi.all([pulumi.all(plans), this.urn]).apply(([found]) => {
      const rows = hosts.map(({ name }, i) => ({ name, ...(found[i] as HostPlan) }));
      return pulumi.log.info(labels.fleet + fleetTable(rows), this);
    });
  }
}

const allOrNone = ({ hosts }: FleetSettings, run: Run) =>
  new AllOrNone(hosts.length, (name) => run.before(name));

function planOf(name: string, settings: Settings): pulumi.Output<HostPlan> {
  return planHost(settings, pinnedConnection(settings).connection, ownerName(name)).hostPlan;
}

type UrlsOfHost = readonly [string, Record<string, string> | undefined];

function urlsByName(hosts: Record<string, UrlsOfHost>): Record<string, string> {
  const all = Object.entries(hosts).flatMap(([name, [url, ofApplications = {}]]) => [
    [name, url],
    ...Object.entries(ofApplications).map(([application, own]) => [`${name}/${application}`, own]),
  ]);
  return Object.fromEntries(all) as Record<string, string>;
}

/** Settles with the value of an output. Of one that fails it stays open: Pulumi says why, and ends the run. */
const success = <T>(value: pulumi.Output<T>) =>
  new Promise<T>((resolve) => value.apply((known) => resolve(known as T)));

const told = ({ address, url, wsUrl, wssUrl, release, releases }: WebSocketHost) => ({
  ...{ address, url, wsUrl, wssUrl, release },
  ...(releases && { releases }),
});
