import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ipv6Of } from "../../sandbox/host/addresses.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { Certbot, certificatesOf } from "./certbot.ts";
import { traces } from "./traces.ts";

const name = "geo.example.com";
let host: TestHost;
let ca: sandbox.SandboxCa;
let certbot: Certbot;

const pem = (path: string) => new X509Certificate(readFileSync(path));

beforeAll(async () => {
  host = await startHost("acme");
  ca = await sandbox.addCa(host.name);
  certbot = await Certbot.on(host, ca);
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("the CA beside a sandbox", () => {
  it("certifies a name and the host's address together, for 160 hours", async () => {
    const [leaf, intermediate] = certificatesOf(await certbot.order(name, host.address));
    expect(leaf?.subjectAltName).toBe(`DNS:${name}, IP Address:${host.address}`);
    expect(leaf && intermediate && leaf.verify(intermediate.publicKey)).toBe(true);
    expect(intermediate?.verify(pem(ca.rootFile).publicKey)).toBe(true);
    const hours = (Date.parse(leaf?.validTo ?? "") - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(158);
    expect(hours).toBeLessThanOrEqual(160);
  });

  it("certifies an address alone, without a common name", async () => {
    const [leaf] = certificatesOf(await certbot.order(host.address));
    expect(leaf?.subjectAltName).toBe(`IP Address:${host.address}`);
    expect(leaf?.subject).toBeFalsy();
  });

  it("asks again for each order: a host whose port 80 is closed meanwhile gets none", async () => {
    const rule = "INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset";
    const port80 = (action: string) =>
      host.run(`sudo iptables ${action} ${rule} && sudo ip6tables ${action} ${rule}`);
    await port80("-I");
    expect(await certbot.isRefused(name)).toContain("connection refused");
    await port80("-D");
    await certbot.order(name);
  });

  it("certifies no name that leads to another machine", async () => {
    const { address } = await host.outside();
    for (const [type, to] of [
      ["a", address],
      ["aaaa", ipv6Of(address)],
    ] as const) {
      const body = JSON.stringify({ host: "elsewhere.example.com.", addresses: [to] });
      await fetch(`${ca.dnsManagement}/add-${type}`, { method: "POST", body });
    }
    expect(await certbot.isRefused("elsewhere.example.com")).toContain(ipv6Of(address));
  });

  it("is left as it is by a second start, and stays when the host loses power", async () => {
    const root = readFileSync(ca.rootFile, "utf8");
    await host.reboot();
    expect(await sandbox.addCa(host.name)).toEqual(ca);
    expect(await sandbox.ca(host.name)).toEqual(ca);
    expect(readFileSync(ca.rootFile, "utf8")).toBe(root);
  });

  it("goes with its host, and leaves nothing behind", async () => {
    await sandbox.reset(host.name);
    expect(await sandbox.ca(host.name)).toBeUndefined();
    await sandbox.addCa(host.name);
    await sandbox.down(host.name);
    expect(await traces(host.name)).toEqual([]);
  });
});
