import { readFileSync } from "node:fs";
import type { TestHost } from "../../support/host.ts";
import { waitFor } from "../../support/wait.ts";
import { startServedHost } from "./served-host.ts";

const fixture = readFileSync(new URL("../fixtures/tunnel.cjs", import.meta.url), "utf8");

/** A host with all that a site needs: packages, a certificate, and a backend on port 3000 that says what reached it. */
export async function startSiteHost(label: string): Promise<{ host: TestHost; certificate: string }> {
  const host = await startServedHost(label);
  await host.run("cat > /tmp/tunnel.cjs", { input: fixture });
  const certificate = await placeCertificate(host, "first");
  await startTunnel(host, "backend", 3000);
  return { host, certificate };
}

/** A certificate as step `certificate` leaves it: in a folder of its own, behind a link that moves in one go. */
export async function placeCertificate(host: TestHost, name: string): Promise<string> {
  const folder = `/etc/geo-system/certificates/${name}`;
  await host.run(
    `sudo install -d ${folder} && sudo openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 ` +
      `-subj /CN=${name} -addext subjectAltName=IP:${host.address} -keyout ${folder}/privkey.pem -out ${folder}/fullchain.pem ` +
      `&& sudo ln -sfT ${folder} /etc/geo-system/new && sudo mv -T /etc/geo-system/new /etc/geo-system/certificate`,
  );
  return host.run(`cat ${folder}/fullchain.pem`);
}

/** The backend of test/host/fixtures/tunnel.cjs as a unit of systemd. */
export async function startTunnel(host: TestHost, unit: string, port: number): Promise<void> {
  await host.run(`sudo systemd-run -q --collect --unit ${unit} /usr/local/bin/node /tmp/tunnel.cjs ${port}`);
  await waitFor("the backend", () => host.run(`ss -Hltn sport = :${port} | grep .`), {
    within: 5000,
    every: 20,
  });
}
