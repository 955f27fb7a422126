import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { acmeCertificatePayload, acmePayload } from "../../../infra/render/acme.ts";
import { packagesPayload } from "../../../infra/render/packages.ts";
import { commandText } from "../../../infra/render/scripts.ts";
import { sitePayload } from "../../../infra/render/site.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import { ipv6Of } from "../../../sandbox/host/addresses.ts";
import * as sandbox from "../../../sandbox/host/sandbox.ts";
import { startHost, type TestHost } from "../../support/host.ts";
import { waitFor } from "../../support/wait.ts";
import { askForRenewal } from "./acme-renewal-info.ts";
import { settingsFor } from "./served-host.ts";

const root = "/var/lib/geo-system-acme";
const fixture = readFileSync(new URL("../fixtures/websocket.cjs", import.meta.url), "utf8");

/** A host with a CA beside it, whose steps are applied as an `up` does. */
export class AcmeHost {
  readonly host: TestHost;
  readonly ca: sandbox.SandboxCa;
  /** Settings of every apply, until another one changes them. */
  private settings: Partial<Settings>;

  private constructor(host: TestHost, ca: sandbox.SandboxCa) {
    this.host = host;
    this.ca = ca;
    this.settings = {
      ...{ tls: "acme", acmeTermsAgreed: true },
      ...{ acmeDirectory: ca.directory, acmeCaFile: ca.trustFile },
      acmeProfile: "shortlived", // without one Pebble takes any
    };
  }

  static async start(label: string): Promise<AcmeHost> {
    const host = await startHost(label);
    const acme = new AcmeHost(host, await sandbox.addCa(host.name));
    await host.installCommand(commandText());
    await acme.step("packages", packagesPayload(acme.wanted()));
    await host.run("cat > /var/tmp/websocket.cjs", { input: fixture });
    await acme.startBackend();
    return acme;
  }

  get address6(): string {
    return ipv6Of(this.host.address);
  }

  /** Something for nginx to pass on to. */
  async startBackend(): Promise<void> {
    const unit =
      "sudo systemd-run -q --collect --unit backend /usr/local/bin/node /var/tmp/websocket.cjs 3000";
    await this.host.run(unit);
    await waitFor("the backend", () => this.host.run("ss -Hltn sport = :3000 | grep ."));
  }

  wanted(changes: Partial<Settings> = {}): Settings {
    return settingsFor(this.host, { ...this.settings, ...changes });
  }

  /** From now on these settings. */
  set(changes: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changes };
  }

  /** It waits for its turn, as each step of an `up` does: a host that has just booted looks after its certificate. */
  step(name: string, input: string): Promise<string> {
    return this.host.run(`sudo geo-system ${name} apply --wait 120`, { input });
  }

  certificatePayload = () => acmeCertificatePayload(this.wanted(), this.host.address);
  sitePayload = () => sitePayload(this.wanted(), this.host.address);
  acmePayload = () =>
    acmePayload(this.wanted(), this.host.address, this.wanted().acmeEabHmacKey as string | undefined);

  /** The steps up to the site; what they said. */
  async site(): Promise<string> {
    const certificate = await this.step("certificate", this.certificatePayload());
    return `${certificate}\n${await this.step("site", this.sitePayload())}`;
  }

  /** Step `acme`; what it said. */
  order(changes: Partial<Settings> = {}): Promise<string> {
    this.set(changes);
    return this.step("acme", this.acmePayload());
  }

  /** Step `acme`, which must fail; what it said. */
  refused(): Promise<string> {
    return this.host.fails("sudo geo-system acme apply", { input: this.acmePayload() });
  }

  /** All of it, as an `up` does. */
  async up(changes: Partial<Settings> = {}): Promise<string> {
    this.set(changes);
    return `${await this.site()}\n${await this.order()}`;
  }

  renew = () => this.host.run("sudo geo-system acme renew");

  /** What was written of the last order or renewal. */
  async last(): Promise<Record<string, string>> {
    const lines = (await this.host.run(`sudo cat ${root}/last`)).split("\n");
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  }

  /** How many certificates the CA has issued to this host, as far as they are kept. */
  async issued(): Promise<number> {
    return Number(await this.host.run(`sudo sh -c 'ls -d ${root}/accounts/*/certificates/*' | wc -l`));
  }

  /** The certificate that a client is given at that name or address, verified against the CA alone. */
  served(name: string, address = isIP(name) ? name : this.host.address): Promise<PeerCertificate> {
    const ca = readFileSync(this.ca.trustFile, "utf8");
    const servername = isIP(name) ? {} : { servername: name };
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port: 443, ca, ...servername }, () => {
        resolve(socket.getPeerCertificate());
        socket.destroy();
      });
      socket.on("error", reject);
    });
  }

  /** Waits until a certificate is to be renewed at the latest. */
  async untilLastThird({ valid_from, valid_to }: PeerCertificate): Promise<void> {
    const [begins, ends] = [Date.parse(valid_from), Date.parse(valid_to)];
    const due = () => Date.now() > ends - (ends - begins) / 3;
    await waitFor("the last third of a certificate", due, { within: 60_000, every: 200 });
  }

  /** Waits until a certificate has ended. */
  async untilEnded({ valid_to }: PeerCertificate): Promise<void> {
    const ended = () => Date.now() > Date.parse(valid_to);
    await waitFor("the certificate to end", ended, { within: 60_000, every: 200 });
  }

  /** Waits until a valid certificate is served. */
  untilServed(name: string): Promise<PeerCertificate> {
    return waitFor("a valid certificate", () => this.served(name), { within: 60_000, every: 300 });
  }

  /** Lets the CA say that the certificate in use is to be renewed now. */
  askForRenewal = () => askForRenewal(this.ca, (command) => this.host.run(command));

  /** Tells the CA's name server that a name leads to that IPv4 address, and to the IPv6 one of the same machine. */
  async lead(name: string, address: string): Promise<void> {
    const records = { a: address, aaaa: ipv6Of(address) };
    for (const [type, to] of Object.entries(records)) {
      const tell = (verb: string) =>
        fetch(`${this.ca.dnsManagement}/${verb}-${type}`, {
          method: "POST",
          body: JSON.stringify({ host: `${name}.`, addresses: [to] }),
        });
      await tell("clear");
      await tell("add");
    }
  }

  /** The limit of failures is for CAs that count them, and tests fail more often. */
  async forgetFailures(): Promise<void> {
    await this.host.run(`sudo sh -c 'rm -f ${root}/accounts/*/failures'`);
  }
}

/** How often nginx was reloaded, by what the steps said. */
export const reloads = (said: string) => said.match(/^reloaded nginx$/gm)?.length ?? 0;
