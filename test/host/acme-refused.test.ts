import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { customer } from "../../sandbox/host/acme/pebble-configuration.ts";
import { AcmeHost } from "./support/acme-host.ts";
import { AcmeProxy } from "./support/acme-proxy.ts";

/*
 * A certificate that does not come. In each story the one in use goes on being served, the message names the cause, and
 * the next run mends it.
 */

let acme: AcmeHost;
let folder: string;
const name = "geo.example.com";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "acme-"));
  acme = await AcmeHost.start("acme-refused");
  await acme.up();
});
afterAll(async () => {
  await acme?.host[Symbol.asyncDispose](); // none where it could not start
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: string) => acme.host.run(command);

/** The host's address, whose certificate is in use, and a new name. */
const and = (label: string) => ({ serverName: [acme.host.address, `${label}.${name}`] });

describe.sequential("a certificate that does not come", () => {
  afterEach(() => acme.forgetFailures());

  /** The order fails for that reason, and the old certificate serves; then it comes, once `mend` is done. */
  async function isMended(cause: RegExp, next: RegExp, mend: () => Promise<unknown>): Promise<void> {
    const before = await acme.served(acme.host.address);
    const said = await acme.refused();
    expect(said).toMatch(cause);
    expect(said).toMatch(next);
    expect((await acme.served(acme.host.address)).fingerprint256).toBe(before.fingerprint256);
    expect((await acme.last()).result).toBe("failed");
    await mend();
    expect(await acme.order()).toContain("order: a certificate for");
    const last = await acme.last();
    expect(last).toMatchObject({ result: "ok" });
    expect(last).not.toHaveProperty("failing_since");
    for (const one of acme.wanted().serverName ?? []) await acme.served(one);
  }

  it("since the CA cannot be reached", async () => {
    const { directory } = acme.ca;
    acme.set({ ...and("a"), acmeDirectory: directory.replace(":14000", ":14001") });
    await isMended(/Connection refused/, /can the host reach the CA\? curl -sI https/, async () => {
      acme.set({ acmeDirectory: directory, serverName: [acme.host.address] });
      expect(await acme.order()).toContain("nothing is ordered");
      expect((await acme.last()).result).toBe("ok");
      acme.set(and("a"));
    });
  });

  it("since the name leads to another machine: the CA's own words are shown", async () => {
    const elsewhere = `b.${name}`;
    const { address } = await acme.host.outside();
    await acme.lead(elsewhere, address);
    acme.set(and("b"));
    await isMended(
      new RegExp(`${elsewhere}: connection: .*${address.split(".").at(-1)}\\]?:80`),
      /port 80 of this host/,
      () => acme.lead(elsewhere, acme.host.address),
    );
  });

  it("since ufw drops what comes to port 80", async () => {
    await run("sudo ufw allow ssh && sudo ufw allow 443/tcp && sudo ufw --force enable");
    acme.set(and("c"));
    await isMended(/connection: /, /ufw of this host does not allow 80\/tcp/, () =>
      run("sudo ufw allow 80/tcp"),
    );
    await run("sudo ufw disable");
  });

  it("since the operator's own directives answer first: found before the CA is asked", async () => {
    const siteInclude = join(folder, "server.conf");
    writeFileSync(siteInclude, "if ($request_uri ~ acme-challenge) { return 403; }\n");
    acme.set({ ...and("d"), siteInclude });
    await acme.site();
    await isMended(/nginx does not answer .*HTTP 403/, /a location or a return in siteInclude/, async () => {
      expect(await run("sudo sh -c 'cat /var/lib/geo-system-acme/accounts/*/failures || true'")).toBe("");
      // A location is no hindrance, nor is a password before the whole site.
      writeFileSync(
        siteInclude,
        'auth_basic "closed";\ndeny all;\nlocation ~ ^/.well-known { return 403; }\n',
      );
      await acme.site();
    });
    acme.set({ siteInclude: undefined });
    await acme.site();
  });

  it("since a rate limit was hit: the CA is left alone until its end", async () => {
    await using proxy = await AcmeProxy.start(acme.ca, acme.host.address.replace(/\d+$/, "1"));
    acme.set({ ...and("e"), acmeDirectory: proxy.directory, acmeCaFile: proxy.trustFile });
    proxy.refusal = {
      status: 429,
      headers: { "retry-after": "3600" },
      problem: {
        type: "urn:ietf:params:acme:error:rateLimited",
        detail: "too many certificates (5) already issued for this exact set of identifiers",
      },
    };
    await isMended(/too many certificates \(5\)/, /wait until \d{4}-\d\d-\d\d .* UTC/, async () => {
      const asked = proxy.orders;
      expect(await acme.refused()).toMatch(
        /asked to wait until .* UTC; reason: .*too many certificates \(5\)/,
      );
      expect(proxy.orders).toBe(asked);
      const { at, retry_after } = await acme.last();
      expect(Number(retry_after)).toBeGreaterThan(Number(at) + 3000);
      proxy.refusal = undefined;
      // It is a limit of that CA alone: of another one, which has certified the address, nothing is known.
      acme.set({ acmeDirectory: acme.ca.directory, serverName: [acme.host.address] });
      expect(await acme.order()).toContain("nothing is ordered");
      expect(await acme.last()).not.toHaveProperty("retry_after");
      acme.set({ ...and("e"), acmeDirectory: proxy.directory });
    });
    acme.set({ acmeDirectory: acme.ca.directory, acmeCaFile: acme.ca.trustFile });
  });

  it("and is not ordered again and again: after four failures within an hour the CA is left alone", async () => {
    const elsewhere = `f.${name}`;
    const { address } = await acme.host.outside();
    await acme.lead(elsewhere, address);
    acme.set(and("f"));
    expect(await acme.refused()).toContain("connection: ");
    const failures = await run("sudo sh -c 'ls /var/lib/geo-system-acme/accounts/*/failures'");
    expect(await run(`sudo grep -c . ${failures}`)).toBe("1");
    await run(`sudo sed -i 'p;p;p' ${failures}`); // as if it had been ordered four times
    await isMended(/4 orders failed within the last hour.*; reason: f\./, /wait until/, async () => {
      expect((await acme.last()).words).toMatch(/^f\.geo\.example\.com: connection: /);
      await acme.lead(elsewhere, acme.host.address);
      await acme.forgetFailures();
    });
  });

  it("and comes once the CA knows the account no more, by a new one", async () => {
    await run(
      "sudo sh -c 'sed -i s,my-account/[0-9a-z]*,my-account/0, /var/lib/geo-system-acme/accounts/*/config/accounts/*/*/*/regr.json'",
    );
    expect(await acme.order(and("g"))).toContain("order: a certificate for");
  });

  it("since the key by which the account is bound is wrong; with the right one its unit files are compared, and it is kept nowhere", async () => {
    await run("sudo sh -c 'rm -r /var/lib/geo-system-acme/accounts/*/config/accounts'");
    const wrong = Buffer.alloc(32, "x").toString("base64url");
    acme.set({ ...and("h"), acmeEabKeyId: customer.keyId, acmeEabHmacKey: wrong });
    await isMended(/external account binding|externalAccount/i, /acmeEab/, async () =>
      acme.set({ acmeEabHmacKey: customer.hmacKey }),
    );
    await acme.host.fails(`sudo grep -r ${customer.hmacKey} /var/lib/geo-system/applied`);
    await run("sudo sed -i s,00/3,00/6, /etc/systemd/system/geo-system-acme.timer");
    expect(await acme.host.fails("sudo geo-system acme check")).toContain("geo-system-acme.timer differs");
    expect(await acme.order()).toContain("nothing is ordered");
    expect(await run("sudo geo-system acme check")).toBe("unchanged");
  });
});

describe.sequential("a certificate that came, and that nginx does not serve", () => {
  const link = "/etc/geo-system/certificate";
  const site = "/etc/nginx/sites-available/geo-system";

  /** The old files are back; once that is mended the next run serves what was issued, and orders nothing. */
  async function isTakenBack(breaks: string, words: string, mend: () => Promise<unknown>): Promise<void> {
    const [before, old] = [await run(`readlink ${link}`), await acme.served(acme.host.address)];
    await run(breaks);
    expect(await acme.refused()).toContain(words);
    expect(await run(`readlink ${link}`)).toBe(before);
    expect((await acme.served(acme.host.address)).fingerprint256).toBe(old.fingerprint256);
    const issued = await acme.issued();
    await mend();
    expect(await acme.order()).toContain("nothing is ordered");
    expect(await acme.issued()).toBe(issued);
    for (const one of acme.wanted().serverName ?? []) await acme.served(one);
  }

  it("since nginx refuses the configuration", async () => {
    acme.set(and("i"));
    await isTakenBack(
      "echo 'broken;' | sudo tee /etc/nginx/conf.d/broken.conf",
      "nginx rejects the new certificate and keeps the old one",
      () => run("sudo rm /etc/nginx/conf.d/broken.conf"),
    );
  });

  it("since its site leads to another one: a TLS handshake on the host finds it", async () => {
    acme.set(and("j"));
    await isTakenBack(
      `sudo sed -i "s|${link}/|$(readlink ${link})/|" ${site}`,
      "nginx does not serve the new certificate; the old one is back",
      () => acme.site(),
    );
  });
});
