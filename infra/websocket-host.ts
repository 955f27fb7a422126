import * as pulumi from "@pulumi/pulumi";
import { addresses } from "./addresses.ts";
import { pinnedConnection } from "./host/pinned.ts";
import { nextCommands } from "./next-commands.ts";
import { ownerName } from "./owner.ts";
import { announceLook, refuse } from "./preview/announce.ts";
import { lookAt } from "./preview/look.ts";
import type { WebSocketHostArgs } from "./settings/arguments.ts";
import { validate } from "./settings/validate.ts";
import { acme } from "./steps/acme.ts";
import { backend } from "./steps/backend.ts";
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
  /** Name of the running release, made from its content. */
  readonly release: pulumi.Output<string>;
  /** PEM of the CA to trust beside the public ones; undefined where these do, or `tls` is off. */
  readonly caCertificate: pulumi.Output<string | undefined>;
  /** Secret: a ws address (wss with `httpsOnly`) that any client can use now, with a token where one is known. */
  readonly testUrl: pulumi.Output<string>;
  /** What an operator types next. */
  readonly commands: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: WebSocketHostArgs, options?: pulumi.ComponentResourceOptions) {
    super("geo-system:index:WebSocketHost", name, {}, options);
    const settings = validate({ ...args });
    const { args: connection, connection: pinned } = pinnedConnection(settings);
    const owner = ownerName(name);
    const looked = lookAt(settings, pinned, owner);
    looked.look.apply((look) => announceLook(look, this));
    const context = { name, owner, parent: this, connection, maxReach: settings.maxReach, ...looked };

    const command = hostCommand(context);
    const installed = packages(context, settings, [command]);
    const guarded = firewall(context, settings, [installed]);
    const issued = certificate(context, settings, guarded);
    const filled = fileSets(context, settings, { uploadAfter: [command], dependsOn: [installed] });
    const sized = capacity(context, settings, guarded);
    const before = [...(issued ? [issued.command] : guarded), ...(sized ? [sized] : [])];
    const served = site(context, settings, issued, [...before, ...filled]);
    const certified = acme(context, settings, [served]);
    const running = backend(context, settings, { uploadAfter: [command], dependsOn: [certified ?? served] });
    pulumi.all([looked.look, running.command.urn]).apply(([look]) => refuse(look));

    const token = handshakeToken(settings);
    const places = pulumi.output(settings.host).apply((host) => addresses({ ...settings, host }));
    const proven = { addresses: places, connection: pinned, token, authority: issued?.authority };
    const report = handshake({ settings, parent: this, owner, ...proven, after: [running.command] });

    this.address = pulumi.output(settings.host);
    this.url = places.url;
    this.wsUrl = places.apply(({ wsUrl }) => wsUrl);
    this.wssUrl = places.apply(({ wssUrl }) => wssUrl);
    // The stack keeps the name that it had where the new release failed.
    this.release = pulumi.all([running.release, pulumi.unsecret(report)]).apply(([release]) => release);
    this.caCertificate = pulumi.output(issued?.authority);
    this.testUrl = pulumi.secret(pulumi.interpolate`${places.urls[0]}${token.apply(asQuery)}`);
    this.commands = this.address.apply((host) => nextCommands(host, settings));
    this.registerOutputs(this.outputs());
  }

  /** Every output, under the names that `pulumi stack output` shows. */
  outputs() {
    const { url, wsUrl, wssUrl, address, release, caCertificate, testUrl, commands } = this;
    return { url, wsUrl, wssUrl, address, release, caCertificate, testUrl, commands };
  }
}

const asQuery = (token: string) => (token === "" ? "" : `?token=${encodeURIComponent(token)}`);
