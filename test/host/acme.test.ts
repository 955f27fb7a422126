import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Prober } from "../support/prober.ts";
import { AcmeHost, reloads } from "./support/acme-host.ts";
import { makeCertificate, payloadOf } from "./support/certificates.ts";
import { result } from "./support/served-host.ts";

/*
 * The certificate of a host by ACME, from nothing to its renewal. Each story starts from the state in which the one
 * before left the host; the CA is Pebble, which refuses nonces at random and asks again for every order.
 */

const name = "geo.example.com";
let acme: AcmeHost;

beforeAll(async () => {
  acme = await AcmeHost.start("acme-life");
});
afterAll(() => acme?.host[Symbol.asyncDispose]()); // none where it could not start

const run = (command: string) => acme.host.run(command);

describe.sequential("the first certificate", () => {
  it("comes to a host that serves with another kind, by one reload, and every handshake succeeds", async () => {
    await serveAnotherKind();
    await using prober = new Prober(`ws://${acme.host.address}/ws`, 100);
    const said = await acme.up();
    expect((await prober.stop()).failures).toEqual([]);
    expect(said).toMatch(new RegExp(`^order: a certificate for ${acme.host.address} until`, "m"));
    expect(reloads(said)).toBe(1);
    const served = await acme.served(acme.host.address);
    expect(served.subjectaltname).toBe(`IP Address:${acme.host.address}`);
    expect(await acme.last()).toMatchObject({ result: "ok", did: "order", profile: "shortlived" });
  });

  it("has a key of P-256 that root alone reads, and that no state of Pulumi ever saw", async () => {
    expect(await run("sudo openssl pkey -noout -text -in /etc/geo-system/certificate/privkey.pem")).toContain(
      "NIST CURVE: P-256",
    );
    expect(await run("sudo stat -Lc '%U %a' /etc/geo-system/certificate/privkey.pem")).toBe("root 600");
    await acme.host.fails("ls /var/lib/geo-system-acme/accounts");
  });

  it("is not ordered a second time, and nginx is left alone", async () => {
    const before = await acme.issued();
    expect(await acme.site()).toMatch(/unchanged\nunchanged$/);
    expect(result(await acme.order())).toBe("unchanged");
    expect(await run("sudo geo-system acme check")).toBe("unchanged");
    expect(await acme.issued()).toBe(before);
  });

  it("is taken from the client again, without an order, where a full disk left half of it", async () => {
    await run("sudo sh -c 'rm /var/lib/geo-system-acme/accounts/*/certificates/*/privkey.pem'");
    expect(await acme.host.fails("sudo geo-system acme check")).toContain("no valid certificate");
    expect(await acme.order()).toContain("nothing is ordered");
    expect(await run("sudo geo-system acme check")).toBe("unchanged");
  });

  it("is linked again where its link is gone, which the check says", async () => {
    await run("sudo rm /etc/geo-system/certificate");
    expect(await acme.host.fails("sudo geo-system certificate check")).toMatch(
      /^\/etc\/geo-system\/certificate is missing$/m,
    );
    await acme.site();
    expect(await run("sudo geo-system certificate check")).toBe("unchanged");
  });

  it("comes for an IPv6 address, whose challenge nginx answers by IPv6", async () => {
    await acme.order({ serverName: [acme.address6] });
    const served = await acme.served(acme.address6);
    expect(served.subjectaltname).toMatch(/^IP Address:FD73:6765:/i);
  });

  it("comes for a name, by the CA's own default profile", async () => {
    await acme.order({ serverName: [name], acmeProfile: "default" });
    const served = await acme.served(name);
    expect(served.subjectaltname).toBe(`DNS:${name}`);
    const days = (Date.parse(served.valid_to) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
  });

  it("comes for all of them together, and is then enough for each of them", async () => {
    const all = [name, acme.host.address, acme.address6];
    await acme.up({ serverName: all, acmeProfile: "shortlived" });
    for (const one of all) await acme.served(one);
    const before = await acme.issued();
    for (const one of all) expect(await acme.order({ serverName: [one] })).toContain("nothing is ordered");
    expect(await acme.issued()).toBe(before);
  });

  it("is used again after one of another profile, and what is written of it is true of it", async () => {
    await acme.order({ serverName: [name], acmeProfile: "default" });
    const { valid_to } = await acme.served(name);
    expect(Number((await acme.last()).not_after)).toBe(Date.parse(valid_to) / 1000);
    acme.set({ acmeProfile: "shortlived" });
  });
});

describe.sequential("a renewal", () => {
  it("does nothing while none is due", async () => {
    expect(result(await acme.renew())).toBe("unchanged");
  });

  it("that the CA asks for (ARI) fails no handshake and cuts no client, by one reload", async () => {
    await acme.order({ serverName: [name, acme.host.address, acme.address6] });
    const url = `wss://${acme.host.address}/ws`;
    const ca = readFileSync(acme.ca.trustFile, "utf8");
    const held = await Promise.all(Array.from({ length: 20 }, () => opened(new WebSocket(url, { ca }))));
    const before = await acme.served(acme.host.address);
    await acme.askForRenewal();
    const prober = new Prober(url, 20, { ca });
    const said = await acme.renew();
    const { failures, made } = await prober.stop();
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(10);
    expect(reloads(said)).toBe(1);
    expect(held.map(({ readyState }) => readyState)).toEqual(held.map(() => WebSocket.OPEN));
    for (const socket of held) socket.terminate();
    expect((await acme.served(acme.host.address)).fingerprint256).not.toBe(before.fingerprint256);
    expect(await acme.last()).toMatchObject({ result: "ok", did: "renewal" });
  });

  it("that was cut off between the CA and nginx is finished by the next run, which orders nothing", async () => {
    const link = "/etc/geo-system/certificate";
    const renewed = await run(`readlink ${link}`);
    const former = await run(`ls -d /etc/geo-system/certificates/* | grep -vx ${renewed}`);
    await run(`sudo ln -sfT ${former} ${link} && sudo systemctl reload nginx`);
    const said = await acme.renew();
    expect([reloads(said), await run(`readlink ${link}`)]).toEqual([1, renewed]);
    expect(said).not.toContain("a certificate for");
    // As it is where nginx does not run, which reads it when it starts.
    await run(`sudo systemctl stop nginx && sudo ln -sfT ${former} ${link}`);
    expect(reloads(await acme.renew())).toBe(0);
    expect(await run(`sudo systemctl start nginx && readlink ${link}`)).toBe(renewed);
  });

  it("puts its client back first, where it is gone, or its Python went with a new release of the system", async () => {
    await run("sudo sh -c 'rm -f /var/lib/geo-system-acme/venv-*/bin/python*'");
    expect(await run("sudo geo-system acme renew")).toContain("installed certbot");
    expect(await run("sudo geo-system acme check")).toContain("unchanged");
  });

  it("comes behind httpsOnly too: port 80 answers the CA, and redirects everything else to TLS", async () => {
    acme.set({ httpsOnly: true });
    await acme.site();
    const before = await acme.served(acme.host.address);
    await acme.askForRenewal();
    expect(reloads(await acme.renew())).toBe(1);
    expect((await acme.served(acme.host.address)).fingerprint256).not.toBe(before.fingerprint256);
    const plain = await fetch(`http://${acme.host.address}/ws?token=x`, { redirect: "manual" });
    expect([plain.status, plain.headers.get("location")]).toEqual([
      308,
      `https://${acme.host.address}/ws?token=x`,
    ]);
    acme.set({ httpsOnly: false });
    await acme.site();
    expect((await fetch(`http://${acme.host.address}/`)).status).toBe(200);
  });

  it("comes at a third of the lifetime at the latest", async () => {
    await acme.order({ serverName: [acme.host.address], acmeProfile: "brief" });
    const before = await acme.served(acme.host.address);
    await acme.untilLastThird(before);
    expect(reloads(await acme.renew())).toBe(1);
    expect((await acme.served(acme.host.address)).fingerprint256).not.toBe(before.fingerprint256);
    expect(await acme.last()).toMatchObject({ result: "ok", did: "renewal" });
  });

  it("comes at once after a boot that missed it", async () => {
    const before = await acme.served(acme.host.address);
    await acme.host.off();
    await acme.untilEnded(before);
    await acme.host.on();
    const now = await acme.untilServed(acme.host.address);
    expect(now.fingerprint256).not.toBe(before.fingerprint256);
    expect(await run("systemctl is-enabled geo-system-acme.timer geo-system-acme.service")).toBe(
      "enabled\nenabled",
    );
    await acme.order({ acmeProfile: "shortlived" });
  });
});

describe.sequential("what is kept", () => {
  it("survives undo, and a later up orders nothing, also of another stack", async () => {
    const before = await acme.served(acme.host.address);
    const said = await run("sudo geo-system acme undo");
    expect(said).toContain("kept the ACME account and its certificates in /var/lib/geo-system-acme");
    expect(await acme.host.fails("systemctl is-active geo-system-acme.timer")).toContain("inactive");
    expect(await run("sudo ls /var/lib/geo-system-acme")).toBe("accounts\nlast");
    await run("sudo geo-system site undo && sudo geo-system certificate undo");
    await run("sudo rm -rf /var/lib/geo-system");
    await acme.startBackend().catch(() => {}); // it runs still
    expect(await acme.up()).toContain("nothing is ordered");
    expect((await acme.served(acme.host.address)).fingerprint256).toBe(before.fingerprint256);
  });

  it("is used again after another kind of certificate, by one reload each way", async () => {
    expect(reloads(await serveAnotherKind())).toBe(1);
    await expect(acme.served(acme.host.address)).rejects.toThrow();
    expect(await acme.renew()).toContain("another kind of certificate");
    const back = await acme.up();
    expect(reloads(back)).toBe(1);
    await acme.served(acme.host.address);
    expect(back).toContain("nothing is ordered");
  });

  it("is no file of another certbot on this host", async () => {
    await run(
      "sudo mkdir -p /etc/letsencrypt && printf 'authenticator = null\\n' | sudo tee /etc/letsencrypt/cli.ini",
    );
    const before = await run("sudo find /etc/letsencrypt | sort");
    await acme.order({ serverName: ["www.example.com"] });
    expect(await run("sudo find /etc/letsencrypt | sort")).toBe(before);
  });
});

/** As `tls: provided` does; what the steps said. */
async function serveAnotherKind(): Promise<string> {
  const certificate = await acme.step("certificate", payloadOf(await makeCertificate()));
  return `${certificate}\n${await acme.step("site", acme.sitePayload())}`;
}

function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}
