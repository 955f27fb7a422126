import * as pulumi from "@pulumi/pulumi";
import { addresses } from "./addresses.ts";
import type { Member } from "./fleet/all-or-none.ts";
import { pinnedConnection } from "./host/pinned.ts";
import { nextCommands } from "./next-commands.ts";
import { ownerName } from "./owner.ts";
import { planHost } from "./preview/host-plan.ts";
import { refuse, reportHostPlan } from "./preview/report.ts";
import { type Application, applicationsOf } from "./settings/applications.ts";
import type { WebSocketHostArgs } from "./settings/arguments.ts";
import { waitOfThisRun } from "./settings/lock-wait.ts";
import { operatedSettings } from "./settings/operated.ts";
import { isHttpOnly } from "./settings/routes.ts";
import type { Settings } from "./settings/schema.ts";
import { validate } from "./settings/validate.ts";
import { acme } from "./steps/acme.ts";
import { backends } from "./steps/backend.ts";
import { capacity } from "./steps/capacity.ts";
import { certificate } from "./steps/certificate.ts";
import { hostCommand } from "./steps/command.ts";
import { fileSets } from "./steps/file-set.ts";
import { firewall } from "./steps/firewall.ts";
import { handshake } from "./steps/handshake.ts";
import { handshakeToken } from "./steps/handshake-token.ts";
import { packages } from "./steps/packages.ts";
import { site } from "./steps/site.ts";

export type { WebSocketHostArgs } from "./settings/arguments.ts";
export { ConfigurationError } from "./settings/validate.ts";

/**
 * An Ubuntu or Debian host that serves a WebSocket backend through nginx, proven by a live handshake.
 *
 * @throws {@link ConfigurationError} that lists every bad argument, before anything is touched
 * @example
 * const geo = new WebSocketHost("geo", { host: "203.0.113.7", backendSource: "../backend", handshakeToken });
 * export const wssUrl = geo.wssUrl;
 */
export class WebSocketHost extends pulumi.ComponentResource {
  /** Address of the backend's page. */
  readonly url: pulumi.Output<string>;
  /** WebSocket address on port 80; undefined with `httpsOnly`. */
  readonly wsUrl: pulumi.Output<string | undefined>;
  /** WebSocket address on port 443; undefined when `tls` is off. */
  readonly wssUrl: pulumi.Output<string | undefined>;
  /** Name or address of the host. */
  readonly address: pulumi.Output<string>;
  /** Name of the running release, made from its content; of several applications that of the first. */
  readonly release: pulumi.Output<string>;
  /** The same of each of `applications`, by name; absent where there are none. */
  readonly releases?: pulumi.Output<Record<string, string>>;
  /** PEM of the CA to trust beside the public ones; undefined where these do, or `tls` is off. */
  readonly caCertificate: pulumi.Output<string | undefined>;
  /**
   * Secret: a ws address (wss with `httpsOnly`) that any client can use now, with a token where one is known; of an
   * application without a WebSocket an http address.
   */
  readonly testUrl: pulumi.Output<string>;
  /** Secret: the same of each of `applications`, by name; absent where there are none. */
  readonly testUrls?: pulumi.Output<Record<string, string>>;
  /** What an operator types next. */
  readonly commands: pulumi.Output<Record<string, string>>;

  /** @param ofFleet of a host whose names may lead to other hosts as well */
  constructor(
    name: string,
    args: WebSocketHostArgs,
    options?: pulumi.ComponentResourceOptions,
    ofFleet?: { member?: Member | undefined },
  ) {
    super("geo-system:index:WebSocketHost", name, {}, options);
    const settings = validate({ ...args, ...waitOfThisRun() });
    const { args: connection, connection: pinned } = pinnedConnection(settings);
    const owner = ownerName(name);
    const planned = planHost(settings, pinned, owner);
    // A message about a resource that is not there yet holds every later one back.
    pulumi.all([planned.hostPlan, this.urn]).apply(([plan]) => reportHostPlan(plan, this));
    const context = { name, owner, parent: this, connection, maxReach: settings.maxReach, ...planned };

    const command = hostCommand(context);
    const installed = packages(context, settings, [command]);
    const guarded = firewall(context, settings, [installed]);
    const issued = certificate(context, settings, guarded);
    const filled = fileSets(context, settings, { uploadAfter: [command], dependsOn: [installed] });
    const sized = capacity(context, settings, guarded);
    const before = [...(issued ? [issued.command] : guarded), ...(sized ? [sized] : [])];
    const served = site(context, settings, issued, [...before, ...filled]);
    const certified = acme(context, settings, [served]);
    const applications = applicationsOf(settings);
    const running = backends(context, applications, {
      ...{ uploadAfter: [command], dependsOn: [certified ?? served] },
    });
    const commands = running.map(({ command }) => command);
    pulumi
      .all([planned.hostPlan, pulumi.all(commands.map(({ urn }) => urn))])
      .apply(([plan]) => refuse(plan));

    const placesOf = (of: Settings) => pulumi.output(of.host).apply((host) => addresses({ ...of, host }));
    const places = placesOf(settings);
    const proven = applications.map((each) => ({
      ...{ settings: each, addresses: placesOf(each), token: handshakeToken(each) },
    }));
    // A balancer's PROXY header is no client's to send: past it nothing can be proven.
    const alone = ofFleet !== undefined && !settings.proxyProtocol;
    const proof = { connection: pinned, authority: issued?.authority, after: commands, alone };
    const fleet = { member: ofFleet?.member };
    const report = handshake({ applications: proven, parent: this, owner, ...proof, ...fleet });

    this.address = pulumi.output(settings.host);
    this.url = places.url;
    const held = placesOf(applications.find((each) => !isHttpOnly(each)) ?? settings);
    this.wsUrl = held.apply(({ wsUrl }) => wsUrl);
    this.wssUrl = held.apply(({ wssUrl }) => wssUrl);
    // The stack keeps the name that it had where the new release failed.
    const known = running.map(({ release }) => pulumi.all([release, pulumi.unsecret(report)]));
    const names = known.map((each) => each.apply(([release]) => release));
    this.release = names[0] ?? pulumi.output("");
    if (settings.applications) this.releases = byApplication(applications, names);
    this.caCertificate = pulumi.output(issued?.authority);
    const testUrls = proven.map(({ addresses: { first }, token }) =>
      pulumi.secret(pulumi.interpolate`${first}${token.apply(asQuery)}`),
    );
    this.testUrl = testUrls[0] ?? pulumi.secret("");
    if (settings.applications) this.testUrls = byApplication(applications, testUrls);
    this.commands = this.address.apply((host) => nextCommands(host, settings));
    this.registerOutputs({ ...this.outputs(), settings: operatedSettings(settings) });
  }

  /** Every output, under the names that `pulumi stack output` shows. */
  outputs() {
    const { url, wsUrl, wssUrl, address, release, releases, caCertificate, testUrl, testUrls, commands } =
      this;
    // An output without a value makes the CLI say so with each `up`.
    const several = { ...(releases && { releases }), ...(testUrls && { testUrls }) };
    return { url, wsUrl, wssUrl, address, release, caCertificate, testUrl, commands, ...several };
  }
}

function byApplication(
  applications: readonly Application[],
  values: pulumi.Output<string>[],
): pulumi.Output<Record<string, string>> {
  return pulumi
    .all(values)
    .apply((all) => Object.fromEntries(applications.map(({ called = "" }, i) => [called, all[i] ?? ""])));
}

const asQuery = (token: string) => (token === "" ? "" : `?token=${encodeURIComponent(token)}`);
