import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { acmeConflicts } from "../../../infra/settings/acme-conflicts.ts";
import { whyNotPublic } from "../../../infra/settings/public-names.ts";

const pem = rootCertificates[0] as string;
const caFile = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), "acme-")), "ca.pem");
  writeFileSync(path, text);
  return path;
};

const agreed = { tls: "acme", acmeTermsAgreed: true, acmeDirectory: "letsencrypt" } as const;

describe("a name for a public CA", () => {
  it.each([
    ["10.0.0.5", "it is a private address"],
    ["172.31.255.255", "it is a private address"],
    ["127.0.0.1", "it is a loopback address"],
    ["169.254.1.1", "it is a link-local address"],
    ["100.64.0.1", "it is an address of a provider's own network"],
    ["203.0.113.7", "it is an address for documentation"],
    ["2001:db8::7", "it is an address for documentation"],
    ["fe80::1", "it is a link-local address"],
    ["fd12::1", "it is a private address"],
    ["::1", "it is a loopback address"],
    ["::ffff:10.0.0.5", "it is a private address"],
    ["web1", "it is no full name"],
    ["web1.internal", "it is no name of the public DNS"],
  ])("is not %s: %s", (name, why) => expect(whyNotPublic(name)).toBe(why));

  it.each(["8.8.8.8", "172.32.0.1", "2606:4700::1111", "geo.example.com", "localhost.example.org"])(
    "may be %s",
    (name) => expect(whyNotPublic(name)).toBeUndefined(),
  );
});

describe("the keys of tls acme", () => {
  it("are right with the terms agreed to and a public name", () => {
    expect(acmeConflicts({ ...agreed, host: "8.8.8.8" })).toEqual([]);
    expect(acmeConflicts({ ...agreed, host: "10.0.0.5", serverName: ["geo.example.com"] })).toEqual([]);
  });

  it("refuse an address that no CA certifies, unless the CA is one of your own", () => {
    expect(acmeConflicts({ ...agreed, host: "10.0.0.5" })).toEqual([
      "host: no CA certifies 10.0.0.5: it is a private address; set serverName to a public name or address that leads to the host, or acmeCaFile for a CA of your own",
    ]);
    expect(acmeConflicts({ ...agreed, host: "10.0.0.5", acmeCaFile: caFile(pem) })).toEqual([]);
  });

  it("refuse a file of CAs that the client could not read", () => {
    expect(acmeConflicts({ ...agreed, host: "10.0.0.5", acmeCaFile: caFile(`${pem}\n${pem}`) })).toEqual([]);
    for (const text of [
      "",
      "ca",
      `${pem}${pem}`,
      pem.replace("MII", "XII"),
      `${pem}\n-----BEGIN PRIVATE KEY-----`,
    ])
      expect(acmeConflicts({ ...agreed, host: "10.0.0.5", acmeCaFile: caFile(text) })).toEqual([
        expect.stringContaining("acmeCaFile: expected certificates (PEM), each in lines of its own"),
      ]);
  });

  it("come in pairs where a CA binds accounts", () => {
    expect(acmeConflicts({ ...agreed, host: "8.8.8.8", acmeEabKeyId: "k1" })).toEqual([
      "acmeEabHmacKey: expected a value, since acmeEabKeyId is set, found nothing; set both, or neither",
    ]);
  });

  it("mean nothing with another tls", () => {
    expect(acmeConflicts({ tls: "self-signed", acmeEmail: "ops@example.com" })).toEqual([
      'acmeEmail: expected nothing, since tls is "self-signed"; set tls to "acme" or remove the key: npx pulumi config rm acmeEmail',
    ]);
  });
});
