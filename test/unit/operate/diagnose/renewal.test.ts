import { describe, expect, it, test } from "vitest";
import type { AcmeSeen } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { healthy, inside, outside } from "./support/healthy.ts";

const hour = 3_600_000;
const begins = Date.now() - 100 * hour;
const tls = {
  protocol: "TLSv1.3",
  begins,
  ends: begins + 160 * hour,
  names: "203.0.113.7",
  otherName: false,
};
const seconds = (ms: number) => String(Math.round(ms / 1000));
const last = {
  ...{ result: "ok", did: "order", names: "geo.example.org,203.0.113.7" },
  ...{ not_after: seconds(inside.clock + 60 * hour), next: seconds(inside.clock + 7 * hour) },
};
const acme: AcmeSeen = {
  ...{
    timer: { enabled: true, active: true },
    boot: true,
    account: true,
    secret: false,
    last,
    challenge: { status: 200, right: 200 },
  },
};
const nginx = { status: 200, server: "nginx", location: "", body: "" };
const file = {
  ...{ path: "/etc/geo-system/certificate/fullchain.pem", missing: false, key: "own", names: "203.0.113.7" },
  ...{ ends: tls.ends, fingerprint: "abc" },
};

function seen(changes: Partial<AcmeSeen> = {}, others: Partial<Observations> = {}): Observations {
  return {
    ...healthy,
    outside: { ...outside, tls: { ...tls, fingerprint: "abc" } },
    inside: { ...inside, deployedCertificate: "", certificates: [file], acme: { ...acme, ...changes } },
    challenge: nginx,
    ...others,
  };
}

const failed = (words: string, changes = {}) =>
  judge(seen({ last: { ...last, result: "failed", did: "renewal", words, ...changes } })).verdict;

test("a certificate of six days in its last three is well while its renewal is", () => {
  const diagnosis = judge(seen());
  expect(diagnosis.verdict).toBeUndefined();
  expect(diagnosis.hops.find(({ name }) => name === "renewal")).toMatchObject({
    status: "ok",
    detail: expect.stringMatching(/^by ACME, due 2026-/),
  });
});

test("without ACME there is no such hop", () => {
  expect(judge(healthy).hops.map(({ name }) => name)).not.toContain("renewal");
});

test("a timer that does not run is a warning, and typed on again", () => {
  const { verdict, healthy } = judge(seen({ timer: { enabled: false, active: false } }));
  expect(healthy).toBe(true);
  expect(verdict).toMatchObject({
    ...{ hop: "renewal", severity: "warn" },
    cause: "the certificate will not be renewed: geo-system-acme.timer is not running",
    fix: expect.arrayContaining(["ssh ubuntu@203.0.113.7 sudo systemctl enable --now geo-system-acme.timer"]),
  });
  expect(judge(seen({ boot: false })).verdict?.cause).toMatch(/^a boot would not renew/);
});

test("an account that is gone from the host is registered by the renewal", () => {
  expect(judge(seen({ account: false })).verdict).toMatchObject({
    cause: "the account at the CA is gone from the host: its key is missing",
    fix: ["ssh ubuntu@203.0.113.7 sudo geo-system acme renew"],
  });
});

describe("a certificate on disk that is newer than the one served", () => {
  const newer = { fingerprint: "def", ends: tls.ends + 100 * hour };

  it("is read by a reload where the site uses it already", () => {
    const host = { ...inside, deployedCertificate: "", certificates: [{ ...file, ...newer }], acme };
    const { verdict } = judge(seen({}, { inside: host }));
    expect(verdict?.cause).toMatch(/nginx has not read it$/);
    expect(verdict?.fix[0]).toMatch(/systemctl reload nginx/);
  });

  it("is put into use by the step where it does not, or by an up where the host lacks a secret", () => {
    const { verdict } = judge(seen({ newest: newer }));
    expect(verdict).toMatchObject({ severity: "warn", cause: expect.stringMatching(/does not use it yet$/) });
    expect(verdict?.fix[0]).toMatch(/geo-system acme apply < /);
    expect(judge(seen({ newest: newer, secret: true })).verdict?.fix).toEqual(["npm run up"]);
  });

  it("fails users once the one served has ended", () => {
    const old = { ...tls, fingerprint: "abc", ends: Date.now() - hour, problem: "CERT_HAS_EXPIRED" };
    const diagnosis = judge(seen({ newest: newer }, { outside: { ...outside, tls: old } }));
    expect(diagnosis.verdict).toMatchObject({ hop: "renewal", severity: "fail" });
    expect(exitCode(diagnosis)).toBe(1);
  });
});

describe("challenges that another one answers", () => {
  const answered = (status: number, server: string) =>
    judge(seen({}, { challenge: { status, server, location: "", body: "" } })).verdict;

  it("names a provider's page for names without a filing", () => {
    expect(answered(403, "Beaver")?.cause).toBe(
      "something in front of the host answers the CA's challenges, with 403 (Server: Beaver): a provider's page for names without a filing (ICP, 备案), or a firewall's",
    );
  });

  it("names a proxy or another machine", () => {
    expect(answered(404, "cloudflare")?.cause).toMatch(/with 404 \(Server: cloudflare\): a proxy/);
  });

  it("names a location of this host, whose site is put back", () => {
    const { verdict } = judge(
      seen({ challenge: { status: 403, right: 200 } }, { challenge: { ...nginx, status: 403 } }),
    );
    expect(verdict?.cause).toMatch(/^this host's nginx does not answer challenges: 403 where 200 is right/);
    expect(verdict?.fix[0]).toMatch(/geo-system site apply/);
  });
});

describe("a renewal that fails", () => {
  it.each([
    [
      "geo.example.org: unauthorized: 1.2.3.4: Invalid response from http://geo.example.org/.well-known/acme-challenge/x: 403",
      /备案/,
      "filing",
    ],
    ["geo.example.org: caa: CAA record for geo.example.org prevents issuance", /CAA/, "CAA geo.example.org"],
    ["geo.example.org: dns: DNS problem: NXDOMAIN looking up A", /no address for the name/, "dig +short A"],
    ["geo.example.org: unauthorized: Invalid response from http://x: 404", /another machine/, "AAAA"],
    [
      "geo.example.org: connection: 1.2.3.4: Timeout during connect (likely firewall problem)",
      /usually the cloud's/,
      "sudo ufw allow 80/tcp",
    ],
    ["urn:ietf:params:acme:error:accountDoesNotExist", /does not take this account/, "npm run up"],
  ])("explains the CA's own words: %s", (words, cause, fix) => {
    const verdict = failed(words);
    expect(verdict?.cause).toContain(words);
    expect(verdict?.cause).toMatch(cause);
    expect(verdict?.fix[0]).toContain(fix);
    expect(verdict?.fix.at(-1)).toBe("ssh ubuntu@203.0.113.7 sudo geo-system acme renew");
  });

  it("is a warning also where it says nothing, or never came", () => {
    expect(failed("")).toMatchObject({ hop: "renewal", severity: "warn" });
    const never = {
      ...last,
      next: seconds(inside.clock - 30 * hour),
      not_after: seconds(inside.clock + 20 * hour),
    };
    expect(judge(seen({ last: never })).verdict?.cause).toMatch(/was due on .* and has not come/);
  });
});
