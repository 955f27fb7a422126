import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import pRetry from "p-retry";
import type { SandboxCa } from "../../sandbox/host/sandbox.ts";
import type { TestHost } from "../support/host.ts";

const lockFile = readFileSync(new URL("../../templates/acme/requirements.txt", import.meta.url), "utf8");
/** certbot tries again once when the CA refuses a good nonce, and gives up when it refuses the next one too. */
const badNonce = /invalid anti-replay nonce/;
const again = {
  retries: 5,
  minTimeout: 0,
  shouldRetry: ({ error }: { error: Error }) => badNonce.test(error.message),
};

const caFile = "/tmp/certbot-ca.pem";

/** A real ACME client on a host, which answers the challenges itself on port 80. */
export class Certbot {
  private readonly host: TestHost;
  private readonly ca: SandboxCa;

  private constructor(host: TestHost, ca: SandboxCa) {
    this.host = host;
    this.ca = ca;
  }

  /** Installs certbot from its lock file. */
  static async on(host: TestHost, ca: SandboxCa): Promise<Certbot> {
    await host.run("sudo apt-get -qq update && sudo apt-get -qq install -y python3-venv");
    await host.run("sudo python3 -m venv /opt/certbot");
    const options = "--quiet --require-hashes --only-binary :all:";
    await host.run(`sudo /opt/certbot/bin/pip install ${options} -r /dev/stdin`, { input: lockFile });
    await host.run(`cat >${caFile}`, { input: readFileSync(ca.caFile, "utf8") });
    return new Certbot(host, ca);
  }

  /** Orders a certificate for names and addresses, also where there is one; returns its chain, PEM. */
  async order(...identifiers: string[]): Promise<string> {
    await pRetry(() => this.host.run(this.command(identifiers)), again);
    return await this.host.run("sudo cat /etc/letsencrypt/live/test/fullchain.pem");
  }

  /** Orders a certificate that must be refused; returns what certbot said. */
  async isRefused(...identifiers: string[]): Promise<string> {
    const said = async () => {
      const output = await this.host.fails(this.command(identifiers));
      if (badNonce.test(output)) throw new Error(output);
      return output;
    };
    return await pRetry(said, again);
  }

  private command(identifiers: readonly string[]): string {
    const wanted = identifiers.map((one) => `${isIP(one) ? "--ip-address" : "-d"} ${one}`).join(" ");
    const account = "--agree-tos --register-unsafely-without-email";
    const order = `--standalone --preferred-profile shortlived --cert-name test --force-renewal ${wanted}`;
    const certbot = `certbot certonly --non-interactive --server ${this.ca.directory} ${account} ${order}`;
    return `sudo REQUESTS_CA_BUNDLE=${caFile} /opt/certbot/bin/${certbot}`;
  }
}

/** The certificates of a chain, the leaf first. */
export function certificatesOf(chain: string): X509Certificate[] {
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
