import { createServer } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { startBackend } from "./support/backend.ts";
import { authority, type ServerCertificate, selfSigned } from "./support/certificate.ts";
import { failureOf, statuses, token } from "./support/failing.ts";
import { listen } from "./support/listen.ts";

const check = "ssh ubuntu@host sudo geo-system certificate check";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function failureWith(certificate: ServerCertificate, ca?: string, host = "127.0.0.1") {
  await using backend = await startBackend({ token, certificate });
  return await failureOf(`wss://${host}:${backend.port}/ws`, ca === undefined ? {} : { ca });
}

test("fails at tls if the certificate has expired", async () => {
  const ca = await authority();
  const { hop, cause, next, report } = await failureWith(
    await ca.issue({ fromDays: -9, untilDays: -1 }),
    ca.ca,
  );
  expect(hop).toBe("tls");
  expect(cause).toBe("the certificate has expired (CERT_HAS_EXPIRED)");
  expect(next).toBe("npx pulumi up, which renews it; a provided one: renew its file first");
  expect(statuses(report)).toBe("name ok, tcp ok, tls fail");
});

test("fails at tls if the certificate is not valid yet", async () => {
  const ca = await authority();
  const { cause, next } = await failureWith(await ca.issue({ fromDays: 1 }), ca.ca);
  expect(cause).toBe(
    "the certificate is not valid yet (CERT_NOT_YET_VALID): the clock of this machine or of the host is wrong",
  );
  expect(next).toBe("date; ssh ubuntu@host timedatectl");
});

test("fails at tls if the certificate is signed by itself", async () => {
  const { cause, next } = await failureWith(await selfSigned());
  expect(cause).toBe(
    "the certificate is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT), not by the CA that was issued for this host",
  );
  expect(next).toBe(check);
});

test("fails at tls if another CA issued the certificate", async () => {
  const [trusted, other] = await Promise.all([authority("CN=trusted"), authority("CN=other")]);
  const { cause } = await failureWith(await other.issue(), trusted.ca);
  expect(cause).toBe(
    "the certificate was not issued by the trusted CA, or its chain is incomplete (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
  );
});

test("fails at tls if a CA of the same name but with another key issued it", async () => {
  const [trusted, other] = await Promise.all([authority(), authority()]);
  const { cause } = await failureWith(await other.issue(), trusted.ca);
  expect(cause).toBe(
    "the certificate was not issued by the trusted CA, or its chain is incomplete (CERT_SIGNATURE_FAILURE)",
  );
});

test("fails at tls if the certificate is for another name", async () => {
  const ca = await authority();
  const { cause, next } = await failureWith(await ca.issue({ names: ["example.org"] }), ca.ca);
  expect(cause).toBe("the certificate is for other names than 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID)");
  expect(next).toBe(`${check}; a provided certificate: npx pulumi config set serverName <its name>`);
});

test("verifies the certificate even where the environment switches that off", async () => {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const { hop } = await failureWith(await selfSigned());
  expect(hop).toBe("tls");
});

test("accepts a certificate for a name as well", async () => {
  const ca = await authority();
  await using backend = await startBackend({ token, certificate: await ca.issue() });
  const report = await proveHandshake({
    handshake: "example",
    urls: [`wss://localhost:${backend.port}/ws`],
    token,
    ca: ca.ca,
  });
  expect(report.failures).toEqual([]);
});

test("fails at tls if the port speaks plain HTTP", async () => {
  await using backend = await startBackend({ token });
  const { hop, cause, next } = await failureOf(`wss://127.0.0.1:${backend.port}/ws`);
  expect(hop).toBe("tls");
  expect(cause).toBe(
    `port ${backend.port} speaks plain HTTP, not TLS: "listen ${backend.port} ssl" is missing in the site`,
  );
  expect(next).toBe("ssh ubuntu@host sudo geo-system site check");
});

test("fails at tls if the connection is closed during the handshake", async () => {
  await using closing = await listen(createServer((socket) => socket.once("data", () => socket.end())));
  const { hop, cause } = await failureOf(`wss://127.0.0.1:${closing.port}/ws`);
  expect(hop).toBe("tls");
  expect(cause).toBe(`port ${closing.port} closed the connection during the TLS handshake`);
});

test("fails at tls if nothing answers the TLS handshake", async () => {
  await using silent = await listen(createServer());
  const { hop, cause } = await failureOf(`wss://127.0.0.1:${silent.port}/ws`, { timeoutMs: 400 });
  expect(hop).toBe("tls");
  expect(cause).toBe(
    `port ${silent.port} took the connection, but TLS did not answer within 0.4 s: nginx is out of file descriptors, or hangs`,
  );
});
