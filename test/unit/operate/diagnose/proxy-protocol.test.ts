import { describe, expect, test } from "vitest";
import type { Nginx } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { failing, flow, healthy, inside, outside, site } from "./support/healthy.ts";

const spoken = site.replaceAll("default_server", "default_server proxy_protocol");
const broken =
  '2026/11/28 09:02:49 [error] 7#7: *20 broken header: "\u0016\u0003TLS" while reading PROXY protocol, client: 198.51.100.4, server: 0.0.0.0:80';
const withNginx = (nginx: Partial<Nginx>, seen: Partial<Observations["outside"]>): Observations => ({
  ...healthy,
  outside: { ...outside, ...seen },
  inside: { ...inside, nginx: { ...inside.nginx, ...nginx } },
});

describe("nginx waits for a PROXY header that does not come", () => {
  const hungUp = failing({
    ...{ hop: "upgrade", cause: "hung up" },
    seen: { url: "ws://203.0.113.7/ws", code: "ECONNRESET", message: "socket hang up" },
  });
  const cause =
    "nginx expects the PROXY protocol on port 80, and a connection from here arrives without its header";

  test("as it was deployed: what is before the host is to speak it", () => {
    const { verdict } = judge(withNginx({ log: broken, site: spoken, deployedSite: spoken }, hungUp));
    expect(verdict).toMatchObject({ hop: "upgrade", cause });
    expect(verdict?.evidence.join()).not.toContain("TLS");
    expect(verdict?.fix.every((line) => line.startsWith("# "))).toBe(true);
    expect(verdict?.fix.join("\n")).toMatch(/send-proxy-v2.*config rm proxyProtocol/s);
  });

  test("by a hand on the host: the site is put back", () => {
    const { verdict } = judge(withNginx({ log: broken, site: spoken }, hungUp));
    expect(verdict).toMatchObject({ cause, fix: [expect.stringContaining("geo-system site apply")] });
  });

  test("and clients pass: the line is of somebody who came past the balancer", () => {
    expect(judge(withNginx({ log: broken, site: spoken, deployedSite: spoken }, {})).healthy).toBe(true);
  });
});

describe("a PROXY header that nginx does not expect", () => {
  const unreadable = { count: 3, from: "10.0.0.9" };
  const body = "400 Bad Request 400 Bad Request nginx";
  const answered = failing({
    ...{ hop: "upgrade", cause: "400" },
    seen: { url: "ws://203.0.113.7/ws", status: 400, body },
  });
  const cause = /^something in front of the host sends nginx bytes that are not HTTP .* on port/;

  test("is told by the 400 that nginx gives to nobody on the host itself", () => {
    const { verdict } = judge(withNginx({ unreadable }, answered));
    expect(verdict).toMatchObject({ hop: "upgrade", cause: expect.stringMatching(cause) });
    expect(verdict?.evidence.join()).toContain("the last from 10.0.0.9");
    expect(verdict?.fix[0]).toMatch(/trustedProxies\[0\]' 10\.0\.0\.9.*config set proxyProtocol true/);
  });

  test("is told on the port of TLS, where clear text comes back", () => {
    const failure = {
      ...{ hop: "tls", cause: "wrong version" },
      seen: { url: "wss://203.0.113.7/ws", code: "EPROTO" },
    };
    const tls = { ...outside.tls, broken: "EPROTO" } as NonNullable<typeof outside.tls>;
    const flows = [flow("wss://203.0.113.7/ws", failure)];
    expect(judge(withNginx({ unreadable }, { tls, flows })).verdict?.cause).toMatch(cause);
    const plain = inside.nginx.configuration.replace("443 ssl", "443");
    expect(judge(withNginx({ unreadable, configuration: plain }, { tls, flows })).verdict?.cause).toMatch(
      /^port 443 speaks plain HTTP/,
    );
  });

  test("is expected again where a hand took it out of the site", () => {
    const { verdict } = judge(withNginx({ unreadable, deployedSite: spoken }, answered));
    expect(verdict).toMatchObject({
      cause: expect.stringMatching(cause),
      fix: [expect.stringContaining("geo-system site apply")],
    });
  });

  test("is not suspected where nginx answers the host with 400 too, or nothing was unreadable", () => {
    const loopback = inside.loopback.map((each) => ({ ...each, answer: "HTTP/1.1 400 Bad Request" }));
    const same = { ...withNginx({ unreadable }, answered), inside: { ...inside, loopback } };
    for (const seen of [same, withNginx({}, answered)]) expect(judge(seen).verdict?.cause).not.toMatch(cause);
  });
});
