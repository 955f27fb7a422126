import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { withOldest } from "../../../infra/handshake/old-clients.ts";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { startBackend } from "./support/backend.ts";
import { authority, type ServerCertificate } from "./support/certificate.ts";
import { token } from "./support/failing.ts";

async function isTrusted(certificate: ServerCertificate, ca?: string): Promise<boolean> {
  await using backend = await startBackend({ token, certificate });
  const urls = [`wss://127.0.0.1:${backend.port}/ws`];
  return (await proveHandshake({ urls, token, handshake: "example", ...(ca && { ca }) })).ok;
}

test("the system's roots are trusted, and a CA of one's own beside them", async () => {
  const [system, own, other] = await Promise.all(["CN=system", "CN=own", "CN=other"].map(authority));
  if (!system || !own || !other) throw new Error("expected three CAs");
  const bundle = join(mkdtempSync(join(tmpdir(), "roots-")), "bundle.crt");
  writeFileSync(bundle, system.ca);
  vi.stubEnv("SSL_CERT_FILE", bundle);
  expect(await isTrusted(await system.issue())).toBe(true);
  expect(await isTrusted(await own.issue())).toBe(false);
  expect(await isTrusted(await own.issue(), own.ca)).toBe(true);
  expect(await isTrusted(await system.issue(), own.ca)).toBe(true);
  expect(await isTrusted(await other.issue(), own.ca)).toBe(false);
});

test("a root is named with the first Android that has it, where that is known", () => {
  expect(["ISRG Root X1", "ISRG Root X2", "geo CA"].map(withOldest)).toEqual([
    "ISRG Root X1 (Android 7.1.1 and later)",
    "ISRG Root X2 (Android 14 and later)",
    "geo CA",
  ]);
});
