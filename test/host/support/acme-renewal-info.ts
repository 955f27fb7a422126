import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { SandboxCa } from "../../../sandbox/host/sandbox.ts";

const root = "/var/lib/geo-system-acme";

/**
 * Lets the CA say that the certificate in use is to be renewed now, by renewal information (RFC 9773).
 *
 * @param run runs a command on the host
 */
export async function askForRenewal(ca: SandboxCa, run: (command: string) => Promise<string>): Promise<void> {
  const chain = await run("cat /etc/geo-system/certificate/fullchain.pem");
  const [leaf] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const ariResponse = JSON.stringify({ suggestedWindow: { start: hoursAgo(2), end: hoursAgo(1) } });
  const url = new URL("/set-renewal-info/", ca.directory.replace(":14000", ":15000"));
  await post(url, JSON.stringify({ certificate: leaf, ariResponse }), readFileSync(ca.caFile, "utf8"));
  // certbot asks once in a while only, as the CA told it.
  await run(`sudo sh -c "sed -i '/^ari_retry_after/d' ${root}/accounts/*/config/renewal/geo-system.conf"`);
}

function post(url: URL, body: string, ca: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", ca, headers: { "user-agent": "geo-system" } }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) resolve();
      else reject(new Error(`${url} answers ${answer.statusCode}`));
    });
    call.on("error", reject).end(body);
  });
}
