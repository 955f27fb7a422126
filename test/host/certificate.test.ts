import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { driftOf } from "../../infra/host/drift.ts";
import { parseFacts } from "../../infra/host/read-facts.ts";
import { commandText, factsText } from "../../infra/render/scripts.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { makeCertificate, payloadOf, type TestCertificate } from "./support/certificates.ts";
import { result } from "./support/served-host.ts";

const link = "/etc/geo-system/certificate";
let host: TestHost;
let first: TestCertificate;
let second: TestCertificate;

const apply = (certificate: TestCertificate) =>
  host.run("sudo geo-system certificate apply", { input: payloadOf(certificate) });
const refused = (certificate: TestCertificate) =>
  host.fails("sudo geo-system certificate apply", { input: payloadOf(certificate) });
const check = () => host.run("sudo geo-system certificate check");
const served = async () => new X509Certificate(await host.run(`cat ${link}/fullchain.pem`));
const folderOf = ({ fingerprint }: TestCertificate) => fingerprint.slice(0, 16);
const folders = async () => (await host.run("ls /etc/geo-system/certificates")).split("\n");

beforeAll(async () => {
  host = await startHost("certificate");
  await host.installCommand(commandText());
  first = await makeCertificate();
  second = await makeCertificate();
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("step certificate", () => {
  it("has nothing to undo before the first apply", async () => {
    expect(result(await host.run("sudo geo-system certificate undo"))).toBe("unchanged");
    expect(await host.fails("sudo geo-system certificate check")).toContain("never applied on this host");
  });

  it("places chain and key, the key for root alone", async () => {
    const said = await apply(first);
    expect(result(said)).toBe("applied");
    expect(said).not.toContain("PRIVATE");
    expect((await served()).fingerprint256.replaceAll(":", "").toLowerCase()).toBe(first.fingerprint);
    expect(await host.run(`sudo stat -c '%U:%G %a' ${link}/fullchain.pem ${link}/privkey.pem`)).toBe(
      "root:root 644\nroot:root 600",
    );
    expect(await host.run(`sudo cat ${link}/privkey.pem`)).toBe(first.key.trimEnd());
    await host.fails(`cat ${link}/privkey.pem`);
  });

  it("changes nothing the second time", async () => {
    expect(result(await apply(first))).toBe("unchanged");
  });

  it("says on check how long it lasts", async () => {
    expect(await check()).toBe("the certificate ends in 364 days\nunchanged");
  });

  it("keeps the key nowhere else", async () => {
    // By stdin: sudo writes its arguments into the journal.
    const input = first.key.split("\n")[1] ?? "";
    const found = await host.run(
      "sudo grep -rlF -f - /etc /var/lib/geo-system /var/log /run/geo-system /tmp",
      {
        input,
      },
    );
    expect(found).toBe(`/etc/geo-system/certificates/${folderOf(first)}/privkey.pem`);
  });

  it("moves to another certificate and keeps the one before", async () => {
    expect(result(await apply(second))).toBe("applied");
    expect((await served()).raw).toEqual(new X509Certificate(second.chain).raw);
    expect(await folders()).toEqual([folderOf(first), folderOf(second)].sort());
    const third = await makeCertificate();
    await apply(third);
    expect(await folders()).toEqual([folderOf(second), folderOf(third)].sort());
    await apply(second);
  });

  const broken: [string, (good: TestCertificate) => Promise<TestCertificate>, string][] = [
    [
      "with another's key",
      async (good) => ({ ...good, key: first.key }),
      "privkey.pem: it is not the key of the first certificate in fullchain.pem",
    ],
    ["that has ended", () => makeCertificate(-1), "fullchain.pem: the certificate ended on "],
    [
      "that is another one than announced",
      async (good) => ({ ...good, fingerprint: first.fingerprint }),
      `fullchain.pem: expected the fingerprint `,
    ],
    [
      "without a key",
      async (good) => ({ ...good, key: "none" }),
      "privkey.pem: expected a private key in PEM",
    ],
  ];
  it.each(broken)("refuses one %s, and serves the old one", async (_, make, message) => {
    expect(await refused(await make(await makeCertificate()))).toContain(
      `geo-system certificate: ${message}`,
    );
    expect((await served()).raw).toEqual(new X509Certificate(second.chain).raw);
    expect(await check()).toContain("unchanged");
  });

  it("names what others changed, and repairs it", async () => {
    await host.run(`sudo chmod 644 ${link}/privkey.pem`);
    const key = `/etc/geo-system/certificates/${folderOf(second)}/privkey.pem`;
    expect(await host.fails("sudo geo-system certificate check")).toContain(
      `${key} is root:root 644, expected root:root 600`,
    );
    expect(result(await apply(second))).toBe("applied");
    expect(await check()).toContain("unchanged");
  });

  it("says when it ends soon, which is no drift: the same certificate once more would not repair it", async () => {
    const soon = await makeCertificate(5);
    await apply(soon);
    expect(await host.fails("sudo geo-system certificate check")).toContain(
      "the certificate ends in less than 14 days",
    );
    const facts = parseFacts(await host.run("sudo bash -s", { input: factsText() }));
    expect(driftOf("certificate", facts, payloadOf(soon))).toEqual([]);
    expect(facts.certificate).toMatchObject({ fingerprint: soon.fingerprint });
  });

  it("leaves nothing behind on undo", async () => {
    expect(result(await host.run("sudo geo-system certificate undo"))).toBe("applied");
    await host.fails("ls /etc/geo-system /var/lib/geo-system");
    expect(result(await host.run("sudo geo-system certificate undo"))).toBe("unchanged");
  });
});
