import { expect, it } from "vitest";
import { acmeCertificatePayload, acmePayload, caName } from "../../../infra/render/acme.ts";
import { parsePayload } from "../../../infra/render/payload.ts";

const settings = { acmeDirectory: "letsencrypt" } as const;
const wanted = (changes = {}, host = "8.8.8.8") =>
  parsePayload(acmePayload({ ...settings, ...changes }, host)).settings;

it("an address is certified by the profile shortlived, which is the only one for it", () => {
  expect(wanted()).toMatchObject({ name: ["8.8.8.8"], profile: ["shortlived"] });
  expect(wanted({ serverName: ["geo.example.com", "2606:4700::1111"] }).profile).toEqual(["shortlived"]);
});

it("names alone are certified by the profile that the CA has as its default", () => {
  expect(wanted({ serverName: ["geo.example.com"] }).profile).toBeUndefined();
  expect(wanted({ serverName: ["geo.example.com"], acmeProfile: "tlsserver" }).profile).toEqual([
    "tlsserver",
  ]);
});

it("directories have a name or are a URL", () => {
  expect(wanted().directory).toEqual(["https://acme-v02.api.letsencrypt.org/directory"]);
  expect(wanted({ acmeDirectory: "staging" }).directory?.[0]).toContain("staging");
  expect(wanted({ acmeDirectory: "https://ca.example/dir" }).directory).toEqual(["https://ca.example/dir"]);
  expect(caName("https://acme-v02.api.letsencrypt.org/directory")).toBe("Let's Encrypt");
});

it("both steps mean the same certificate, and no key travels", () => {
  const { name, directory, profile } = parsePayload(acmeCertificatePayload(settings, "8.8.8.8")).settings;
  expect({ name, directory, profile }).toEqual(
    Object.fromEntries(["name", "directory", "profile"].map((key) => [key, wanted()[key]])),
  );
});

it("the HMAC key of an account binding is in a file for root alone, that the host keeps no copy of", () => {
  const payload = parsePayload(acmePayload({ ...settings, acmeEabKeyId: "k1" }, "8.8.8.8", "c2VjcmV0"));
  expect(payload.settings).toMatchObject({
    secret: ["/var/lib/geo-system-acme/eab.ini"],
    "eab-key-id": ["k1"],
  });
  const secret = payload.files.filter(({ text }) => text.includes("c2VjcmV0"));
  expect(secret.map(({ path, mode }) => `${path} ${mode}`)).toEqual([
    "/var/lib/geo-system-acme/eab.ini 0600",
  ]);
});
