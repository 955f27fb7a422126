import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { opensshPublicKey } from "../../sandbox/plugins/protocol/openssh.ts";
import { type Properties, reveal, Secret, Unknown } from "../../sandbox/plugins/protocol/values.ts";
import { Plugin } from "./support/plugin.ts";

const types = {
  key: "tls:index/privateKey:PrivateKey",
  request: "tls:index/certRequest:CertRequest",
  selfSigned: "tls:index/selfSignedCert:SelfSignedCert",
  signed: "tls:index/locallySignedCert:LocallySignedCert",
};

let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("tls");
});

afterAll(() => plugin?.[Symbol.asyncDispose]());

const text = (state: Properties, name: string) => String(reveal(state[name] ?? ""));
const create = async (type: string, inputs: Properties) => (await plugin.create(type, inputs)).state;
const newKey = async (inputs: Properties = { algorithm: "ECDSA", ecdsaCurve: "P256" }) =>
  text(await create(types.key, inputs), "privateKeyPem");

const caInputs = {
  isCaCertificate: true,
  validityPeriodHours: 240,
  allowedUses: ["cert_signing", "crl_signing"],
  subject: { commonName: "Büro CA", organization: "Geo", country: "DE", streetAddresses: ["Weg 1"] },
};

/** An authority and a request for 127.0.0.1, each with its key. */
async function authority(algorithm: Properties = { algorithm: "ECDSA", ecdsaCurve: "P256" }) {
  const [caPrivateKeyPem, privateKeyPem] = await Promise.all([newKey(algorithm), newKey(algorithm)]);
  const ca = await create(types.selfSigned, { ...caInputs, privateKeyPem: new Secret(caPrivateKeyPem) });
  const request = await create(types.request, {
    privateKeyPem: new Secret(privateKeyPem),
    subject: { commonName: "127.0.0.1" },
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    uris: ["wss://localhost/ws"],
  });
  return {
    privateKeyPem,
    inputs: {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(ca, "certPem"),
      caPrivateKeyPem: new Secret(caPrivateKeyPem),
      validityPeriodHours: 48,
      allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
    },
  };
}

describe("a private key", () => {
  const kinds: [string, Properties, RegExp][] = [
    ["RSA", { algorithm: "RSA" }, /^-----BEGIN RSA PRIVATE KEY-----\n/],
    ["ECDSA", { algorithm: "ECDSA", ecdsaCurve: "P384" }, /^-----BEGIN EC PRIVATE KEY-----\n/],
    ["ED25519", { algorithm: "ED25519" }, /^-----BEGIN PRIVATE KEY-----\n/],
  ];

  it.each(kinds)("of %s comes in all forms, which are the same key", async (_name, inputs, pem) => {
    const state = await create(types.key, inputs);
    const key = createPrivateKey(text(state, "privateKeyPem"));
    expect(text(state, "privateKeyPem")).toMatch(pem);
    expect(createPrivateKey(text(state, "privateKeyPemPkcs8")).equals(key)).toBe(true);
    expect(createPublicKey(text(state, "publicKeyPem")).equals(createPublicKey(key))).toBe(true);
    expect(text(state, "publicKeyOpenssh")).toBe(`${opensshPublicKey(key)}\n`);
    expect(text(state, "privateKeyOpenssh")).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    expect(text(state, "publicKeyFingerprintSha256")).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(text(state, "publicKeyFingerprintMd5")).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  });

  it("on the curve P224, the default, has no form of OpenSSH", async () => {
    const state = await create(types.key, { algorithm: "ECDSA" });
    expect(state).toMatchObject({ ecdsaCurve: "P224", publicKeyOpenssh: "" });
    expect(text(state, "privateKeyOpenssh")).toBe("");
  });

  it("is secret, and unknown in a preview", async () => {
    const { id, state } = await plugin.create(types.key, { algorithm: "ED25519" });
    const secrets = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];
    for (const name of secrets) expect(state[name]).toBeInstanceOf(Secret);
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    const preview = await plugin.create(types.key, { algorithm: "ED25519" }, true);
    expect(preview.state).toMatchObject({ rsaBits: 2048, publicKeyPem: new Unknown() });
  });

  it("is replaced if it is to be another", async () => {
    const state = await create(types.key, { algorithm: "ED25519" });
    expect((await plugin.diff(types.key, state, { algorithm: "ED25519" })).changes).toBe(false);
    expect((await plugin.diff(types.key, state, { algorithm: "RSA" })).replaces).toBe(true);
    const bits = { algorithm: "ED25519", rsaBits: 4096 };
    expect((await plugin.diff(types.key, state, bits)).replaces).toBe(true);
  });

  it("is refused if its algorithm does not exist", async () => {
    const { failures } = await plugin.check(types.key, { algorithm: "DSA" });
    expect(failures).toMatchObject([{ property: "", reason: expect.stringContaining("DSA") }]);
  });
});

describe("a certificate of an authority of one's own", () => {
  it.each(["RSA", "ECDSA", "ED25519"])(
    "with keys of %s is trusted for what the request says",
    async (algorithm) => {
      const { inputs, privateKeyPem } = await authority({ algorithm });
      const state = await create(types.signed, inputs);
      const certificate = new X509Certificate(text(state, "certPem"));
      const ca = new X509Certificate(inputs.caCertPem);
      expect(certificate.checkIssued(ca)).toBe(true);
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
      expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
      expect(certificate.checkHost("localhost")).toBe("localhost");
      expect(certificate.subjectAltName).toContain("URI:wss://localhost/ws");
      expect(ca.ca).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(state.caKeyAlgorithm).toBe(algorithm);
    },
  );

  it("says what it may be used for, and by which key it was signed", async () => {
    const { inputs } = await authority();
    const certificate = new x509.X509Certificate(text(await create(types.signed, inputs), "certPem"));
    const ca = new x509.X509Certificate(inputs.caCertPem);
    const usage = certificate.getExtension(x509.KeyUsagesExtension);
    const wanted = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment;
    expect(usage).toMatchObject({ usages: wanted, critical: true });
    expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual(["1.3.6.1.5.5.7.3.1"]);
    const signedBy = certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
    expect(signedBy).toBe(ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
    expect(ca.subject).toBe("C=DE, 2.5.4.9=Weg 1, O=Geo, CN=Büro CA");
    expect(certificate.issuer).toBe(ca.subject);
  });

  it("is valid from now on, for as long as was asked, and carries its number", async () => {
    const { inputs } = await authority();
    const { id, state } = await plugin.create(types.signed, inputs);
    const certificate = new X509Certificate(text(state, "certPem"));
    expect(BigInt(`0x${certificate.serialNumber}`).toString()).toBe(id);
    const [start, end] = [
      Date.parse(text(state, "validityStartTime")),
      Date.parse(text(state, "validityEndTime")),
    ];
    expect(end - start).toBe(48 * 3_600_000);
    expect(Math.abs(start - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(Date.parse(certificate.validTo) - end)).toBeLessThan(1000);
  });

  it("is not issued if the authority's key is another's", async () => {
    const { inputs } = await authority();
    const stolen = create(types.signed, { ...inputs, caPrivateKeyPem: await newKey() });
    await expect(stolen).rejects.toThrow("provided PrivateKey doesn't match parent's PublicKey");
  });

  it("is not issued for what is not a request", async () => {
    const { inputs } = await authority();
    const wrong = create(types.signed, { ...inputs, certRequestPem: inputs.caCertPem });
    await expect(wrong).rejects.toThrow(
      'invalid PEM type - expected "CERTIFICATE REQUEST", got "CERTIFICATE"',
    );
  });
});

describe("a certificate's life", () => {
  const issued = async (more: Properties = {}) => {
    const { inputs } = await authority();
    return { inputs, state: await create(types.signed, { ...inputs, ...more }) };
  };

  it("goes on unchanged while nothing changes", async () => {
    const { inputs, state } = await issued();
    const before = await plugin.check(types.signed, inputs);
    expect(await plugin.diff(types.signed, state, before.inputs)).toEqual({
      changes: false,
      paths: {},
      replaces: false,
    });
    expect(await plugin.read(types.signed, state, inputs)).toMatchObject({ readyForRenewal: false });
  });

  it("ends with a new one once the early renewal begins", async () => {
    const { inputs, state } = await issued({ earlyRenewalHours: 48 });
    const difference = await plugin.diff(types.signed, state, { ...inputs, earlyRenewalHours: 48 });
    expect(difference).toMatchObject({ changes: true, replaces: true });
    expect(difference.paths).not.toHaveProperty("readyForRenewal");
    expect(await plugin.read(types.signed, state, inputs)).toMatchObject({ readyForRenewal: true });
  });

  it("ends with a new one once it has run out", async () => {
    const { inputs, state } = await issued({ validityPeriodHours: 0 });
    const same = { ...inputs, validityPeriodHours: 0 };
    expect(await plugin.diff(types.signed, state, same)).toMatchObject({ changes: true, replaces: true });
  });

  it("keeps the certificate if only the time of renewal changes", async () => {
    const { inputs, state } = await issued();
    const later = { ...inputs, earlyRenewalHours: 24 };
    expect(await plugin.diff(types.signed, state, later)).toMatchObject({ changes: true, replaces: false });
    const updated = await plugin.update(types.signed, state, later);
    expect(updated).toMatchObject({ certPem: state.certPem, earlyRenewalHours: 24 });
  });

  it("ends with a new one for any other change", async () => {
    const { inputs, state } = await issued();
    for (const change of [
      { validityPeriodHours: 49 },
      { allowedUses: ["server_auth"] },
      { caCertPem: new Unknown() },
    ]) {
      expect((await plugin.diff(types.signed, state, { ...inputs, ...change })).replaces).toBe(true);
    }
  });
});

describe("a self-signed certificate", () => {
  it("names the key that signed it if that is wanted", async () => {
    const privateKeyPem = await newKey();
    const state = await create(types.selfSigned, { ...caInputs, privateKeyPem, setAuthorityKeyId: true });
    const certificate = new x509.X509Certificate(text(state, "certPem"));
    const subjectKey = certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    expect(certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(subjectKey);
    expect(await certificate.isSelfSigned()).toBe(true);
  });

  it("bounds how far an authority may delegate", async () => {
    const state = await create(types.selfSigned, {
      ...caInputs,
      privateKeyPem: await newKey(),
      maxPathLength: 1,
    });
    const constraints = new x509.X509Certificate(text(state, "certPem")).getExtension(
      x509.BasicConstraintsExtension,
    );
    expect(constraints).toMatchObject({ ca: true, pathLength: 1, critical: true });
  });

  it("must have a name if it is an authority's", async () => {
    const nameless = create(types.selfSigned, { ...caInputs, privateKeyPem: await newKey(), subject: {} });
    await expect(nameless).rejects.toThrow("Must contain at least one Distinguished Name");
  });

  it("can stand for addresses alone, without a subject", async () => {
    const inputs = { privateKeyPem: await newKey(), validityPeriodHours: 1, allowedUses: ["server_auth"] };
    const state = await create(types.selfSigned, { ...inputs, ipAddresses: ["10.0.0.1"] });
    const certificate = new x509.X509Certificate(text(state, "certPem"));
    expect(certificate.getExtension(x509.SubjectAlternativeNameExtension)?.critical).toBe(true);
    const wrong = create(types.selfSigned, { ...inputs, ipAddresses: ["ten"] });
    await expect(wrong).rejects.toThrow('Failed to parse "ten"');
  });

  it("is refused a use that does not exist", async () => {
    const inputs = { ...caInputs, privateKeyPem: await newKey(), allowedUses: ["fly"] };
    expect((await plugin.check(types.selfSigned, inputs)).failures).toHaveLength(1);
  });
});

describe("a certificate request", () => {
  it("is signed with the key it is for and keeps that key secret", async () => {
    const state = await create(types.request, { privateKeyPem: await newKey(), dnsNames: ["example.org"] });
    const request = new x509.Pkcs10CertificateRequest(text(state, "certRequestPem"));
    expect(await request.verify()).toBe(true);
    expect(state.privateKeyPem).toBeInstanceOf(Secret);
    expect(state.keyAlgorithm).toBe("ECDSA");
  });

  it("is replaced if it is for something else", async () => {
    const privateKeyPem = await newKey();
    const state = await create(types.request, { privateKeyPem, dnsNames: ["example.org"] });
    const same = (await plugin.check(types.request, { privateKeyPem, dnsNames: ["example.org"] })).inputs;
    expect((await plugin.diff(types.request, state, same)).changes).toBe(false);
    const other = { ...same, dnsNames: ["example.com"] };
    expect((await plugin.diff(types.request, state, other)).replaces).toBe(true);
  });

  it("needs a private key that is one", async () => {
    const broken = create(types.request, { privateKeyPem: "-----BEGIN DSA PRIVATE KEY-----\n" });
    await expect(broken).rejects.toThrow(/^Failed to parse private key PEM: /);
  });
});
