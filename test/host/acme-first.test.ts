import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket, { type ClientOptions } from "ws";
import { Prober } from "../support/prober.ts";
import { untilPortOpens } from "../support/wait.ts";
import { AcmeHost, reloads } from "./support/acme-host.ts";
import { makeCertificate, payloadOf } from "./support/certificates.ts";

/*
 * The first certificate on a host whose site has to change for it as well, and whose users are not to notice. Each story
 * starts from the state in which the one before left the host.
 */

let acme: AcmeHost;

beforeAll(async () => {
  acme = await AcmeHost.start("acme-first");
});
afterAll(() => acme?.host[Symbol.asyncDispose]()); // none where it could not start

const run = (command: string, options = {}) => acme.host.run(command, options);
const closed = () =>
  expect(acme.served(acme.host.address)).rejects.toThrow(`connect ECONNREFUSED ${acme.host.address}:443`);

/** As an `up` does that goes from `tls: acme` to `tls: off`, and nothing of ACME is left on the host. */
async function serveWithoutTls(): Promise<void> {
  const { acmeCaFile, acmeProfile } = acme.wanted();
  acme.set({ tls: "off", acmeCaFile: undefined, acmeProfile: undefined });
  await acme.step("site", acme.sitePayload());
  await run("sudo geo-system acme undo && sudo geo-system certificate undo && sudo geo-system site confirm");
  await run("sudo rm -rf /var/lib/geo-system-acme");
  acme.set({ tls: "acme", acmeCaFile, acmeProfile });
  await closed();
}

/** What users see while `change` runs: no new connection fails, and 20 that stand stay. Returns what it said. */
async function unnoticed(change: () => Promise<string>): Promise<string> {
  const url = `ws://${acme.host.address}/ws`;
  const held = await Promise.all(Array.from({ length: 20 }, () => opened(url)));
  const prober = new Prober(url, 50);
  const said = await change();
  const { failures, made } = await prober.stop();
  expect(failures).toEqual([]);
  expect(made).toBeGreaterThan(10);
  expect(held.map(({ readyState }) => readyState)).toEqual(held.map(() => WebSocket.OPEN));
  for (const socket of held) socket.terminate();
  return said;
}

function opened(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, options);
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}

describe.sequential("a host that served without TLS", () => {
  it("gets port 443 and the certificate by one reload, and no client notices", async () => {
    await serveWithoutTls();
    const said = await unnoticed(() => acme.up());
    expect(said).toContain("nginx takes the site over together with the certificate, in step acme");
    expect(said).toMatch(new RegExp(`^order: a certificate for ${acme.host.address} until`, "m"));
    expect(reloads(said)).toBe(1);
    await acme.served(acme.host.address);
    expect(await run("sudo geo-system site check && sudo geo-system acme check")).toBe(
      "unchanged\nunchanged",
    );
  });

  it("keeps the site it had where no certificate comes, and the next run gets it, by one reload", async () => {
    await serveWithoutTls();
    const { directory } = acme.ca;
    acme.set({ acmeDirectory: directory.replace(":14000", ":14001") });
    const said = await unnoticed(async () => {
      await acme.site();
      return acme.refused();
    });
    expect(said).toMatch(/Connection refused[\s\S]*the site is as it was before$/m);
    await closed();
    expect(await acme.host.fails("sudo geo-system site check")).toMatch(
      /the site was put back at .*: step acme failed/,
    );
    acme.set({ acmeDirectory: directory });
    expect(reloads(await unnoticed(() => acme.up()))).toBe(1);
    await acme.served(acme.host.address);
  });

  it("keeps it as well where the certificate comes and nginx serves another one", async () => {
    await serveWithoutTls();
    await acme.site();
    const link = "/etc/geo-system/certificate";
    await run(`sudo sed -i "s|${link}/|$(readlink ${link})/|" /etc/nginx/sites-available/geo-system`);
    expect(await unnoticed(() => acme.refused())).toMatch(
      /nginx does not serve the new certificate[\s\S]*the site is as it was before$/m,
    );
    await closed();
    expect(await acme.up()).toContain("nothing is ordered");
    await acme.served(acme.host.address);
  });

  it("is found in between by the next run, where one was cut off before the order", async () => {
    await serveWithoutTls();
    expect(reloads(await acme.site())).toBe(0);
    await closed();
    expect(await acme.host.fails("sudo geo-system site check")).toContain(
      "nginx serves an older configuration than the files in /etc/nginx",
    );
    expect(reloads(await acme.up())).toBe(1);
    await acme.served(acme.host.address);
  });

  it("is served with a stand-in after a power cut in between, and certified by the next run", async () => {
    await serveWithoutTls();
    await acme.site();
    await acme.host.off();
    await acme.host.on();
    await acme.startBackend();
    await untilPortOpens(acme.host.address, 443, { within: 30_000 }); // one can log in before nginx has started
    await expect(acme.served(acme.host.address)).rejects.toThrow("self-signed certificate");
    expect(reloads(await acme.up())).toBe(1);
    await acme.served(acme.host.address);
    await run("sudo geo-system site confirm");
  });
});

describe.sequential("a host whose site is an earlier version's, without the rule for a challenge", () => {
  const site = readFileSync(new URL("fixtures/site-of-earlier-version.txt", import.meta.url), "utf8");

  it("gets the rule by one reload and the certificate by another, and no client notices", async () => {
    const { address } = acme.host;
    await acme.step("certificate", payloadOf(await makeCertificate()));
    await acme.step("site", site.replaceAll("198.51.100.7", address));
    const secure = await opened(`wss://${address}/ws`, { rejectUnauthorized: false });
    const said = await unnoticed(() => acme.up({ serverName: ["earlier.example.com", address] }));
    expect(said).toMatch(/^order: a certificate for earlier\.example\.com/m);
    expect([reloads(said), secure.readyState]).toEqual([2, WebSocket.OPEN]);
    secure.terminate();
    await acme.served("earlier.example.com");
    expect(await acme.site()).toMatch(/unchanged\nunchanged$/);
  });
});

describe.sequential("a host that was set up by hand, with a certificate of its own", () => {
  const fullchain = "/etc/letsencrypt/live/hand/fullchain.pem";

  /** As its operator did, and nothing of the package is left. */
  async function setUpByHand(): Promise<void> {
    await run("sudo geo-system acme undo && sudo geo-system site undo && sudo geo-system certificate undo");
    await run("sudo rm -rf /var/lib/geo-system /var/lib/geo-system-acme");
    await run(
      `sudo mkdir -p /etc/letsencrypt/live/hand && sudo openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=hand ` +
        `-addext subjectAltName=IP:${acme.host.address} -keyout /etc/letsencrypt/live/hand/privkey.pem -out ${fullchain}`,
    );
    const site = `server {
      listen 443 ssl;
      ssl_certificate ${fullchain};
      ssl_certificate_key "/etc/letsencrypt/live/hand/privkey.pem"; # by hand
      location / {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
      }
    }`;
    await run("sudo tee /etc/nginx/sites-enabled/hand && sudo systemctl reload nginx", { input: site });
  }

  it("keeps serving that one until the one by ACME is there, so no client sees a certificate that it does not trust", async () => {
    const { address } = acme.host;
    await setUpByHand();
    const own = await run(`cat ${fullchain}`);
    const ca = `${own}\n${readFileSync(acme.ca.trustFile, "utf8")}`;
    const held = await opened(`wss://${address}/ws`, { ca: own });
    const prober = new Prober(`wss://${address}/ws`, 50, { ca });
    const said = await acme.up({ serverName: [address], takeOver: { site: "hand" } });
    expect((await prober.stop()).failures).toEqual([]);
    expect(said).toContain(`nginx serves the one that it serves already, of ${fullchain}`);
    expect([reloads(said), held.readyState]).toEqual([2, WebSocket.OPEN]);
    held.terminate();
    await acme.served(address);
  });
});
