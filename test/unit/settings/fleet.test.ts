import { output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../infra/config.ts";
import type { ConfigurationError } from "../../../infra/settings/validate.ts";
import { validateFleet } from "../../../infra/settings/validate-fleet.ts";

const shared = { handshakeToken: "t" };
const fleet = (raw: Record<string, unknown>) => validateFleet({ ...shared, ...raw });
const problems = (raw: Record<string, unknown>, before?: (host: number) => string[]) => {
  try {
    validateFleet({ ...shared, ...raw }, before);
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
  return [];
};

describe("the hosts of a fleet", () => {
  it("have what holds for all, and each its own", () => {
    const { hosts } = fleet({
      port: 2222,
      hosts: [
        { host: "203.0.113.7", name: "a" },
        { host: "203.0.113.8", name: "b", port: 22, keepReleases: 9 },
      ],
    });
    expect(
      hosts.map(({ name, settings }) => [name, settings.host, settings.port, settings.keepReleases]),
    ).toEqual([
      ["a", "203.0.113.7", 2222, 5],
      ["b", "203.0.113.8", 22, 9],
    ]);
  });

  it("are called after their address, and not after their place in the list", () => {
    const names = (...hosts: string[]) => fleet({ hosts }).hosts.map(({ name }) => name);
    expect(names("203.0.113.7", "b.example.com", "2001:db8::1")).toEqual([
      "203-0-113-7",
      "b-example-com",
      "2001-db8-1",
    ]);
    expect(names("b.example.com", "203.0.113.7")).toEqual(["b-example-com", "203-0-113-7"]);
  });

  it("go one after the other, unless it is said otherwise", () => {
    expect(fleet({ hosts: ["203.0.113.7"] }).rollout).toEqual({
      ...{ canary: 1, parallel: 1, pauseSeconds: 0, onFailure: "stop" },
    });
    const rollout = { canary: 0, parallel: 2, pauseSeconds: 30, onFailure: "rollBack", maxUnavailable: 2 };
    expect(fleet({ hosts: ["203.0.113.7"], rollout }).rollout).toEqual(rollout);
  });
});

describe("refused is", () => {
  const two = [
    { host: "203.0.113.7", name: "a" },
    { host: "203.0.113.8", name: "b" },
  ];

  it("a problem of one host, with its name; of all of them, once", () => {
    expect(problems({ user: "a b", hosts: [two[0], { ...two[1], port: 0 }] })).toEqual([
      'user: expected a user name of the host, found "a b"',
      "hosts.b.port: expected a TCP port, 1 to 65535, found 0",
    ]);
  });

  it("a key that no host knows", () => {
    expect(problems({ hosts: [two[0], { ...two[1], prot: 2222 }] })).toEqual([
      "hosts.b.prot: this key is not known; did you mean port?",
    ]);
  });

  it("what keeps a backend's folder from becoming a release, as said of its host", () => {
    expect(problems({ hosts: two }, (host) => (host === 1 ? ["backendSource: no lock file"] : []))).toEqual([
      "hosts.b.backendSource: no lock file",
    ]);
  });

  it.each([
    [{ hosts: "203.0.113.7" }, /^hosts: expected a list, each of it an address/],
    [{ hosts: [7] }, /^hosts\.0: expected an address, or an object with a host: .*, found 7$/],
    [{ hosts: [] }, /^hosts: expected at least one host, found none$/],
    [
      { hosts: two, host: "203.0.113.9" },
      /^host: expected nothing, since hosts are given, found "203\.0\.113\.9"$/,
    ],
    [{ hosts: [two[0], { ...two[1], name: "a" }] }, /^hosts: expected each name once, found a twice$/],
    [
      { hosts: [two[0], { ...two[1], host: "203.0.113.7" }] },
      /^hosts: expected each address once, found 203\.0\.113\.7 twice$/,
    ],
    [
      { hosts: [{ ...two[0], name: "A b" }] },
      /^hosts\.0\.name: expected small letters, digits and dashes.*, found "A b"$/,
    ],
    [
      { hosts: two, rollout: { paralel: 2 } },
      /^rollout\.paralel: this key is not known; did you mean parallel\?$/,
    ],
    [
      { hosts: two, rollout: { parallel: 0 } },
      /^rollout\.parallel: expected a number of hosts, 1 or more, found 0$/,
    ],
  ])("%j", (raw, problem) => {
    expect(problems(raw)).toEqual([expect.stringMatching(problem)]);
  });

  it("entry: dns without a name, behind a balancer, or with a CA that may ask any host", () => {
    const of = (raw: Record<string, unknown>) => problems({ hosts: two, entry: "dns", ...raw });
    expect(of({ serverName: "geo.example.com" })).toEqual([]);
    expect(of({})).toEqual([
      'serverName: expected the name that leads to all hosts, since entry is "dns", found nothing',
    ]);
    expect(of({ serverName: "geo.example.com", tls: "acme", acmeTermsAgreed: true })).toEqual([
      expect.stringMatching(/^tls: expected "provided", "self-signed" or "off", since entry is "dns"/),
    ]);
    const balanced = { proxyProtocol: true, trustedProxies: ["10.0.0.0/8"], serverName: "geo.example.com" };
    expect(of(balanced)).toEqual([
      expect.stringMatching(/^entry: expected nothing, since proxyProtocol is on/),
    ]);
    expect(of({ serverName: "geo.example.com", entry: "haproxy" })).toEqual([
      'entry: expected one of dns, found "haproxy"',
    ]);
  });

  it("an address that is known only later and has no name", () => {
    const host = { host: output("203.0.113.7"), hostKey: "ssh-ed25519 AAAA" };
    expect(problems({ hosts: [host] })).toEqual([
      expect.stringMatching(/^hosts\.0\.name: .*, found nothing, and the address is known only later$/),
    ]);
    expect(problems({ hosts: [{ ...host, name: "a" }] })).toEqual([]);
  });
});

it("in the configuration the paths of a host are from the folder of Pulumi.yaml, as those of all hosts are", () => {
  const hosts = JSON.stringify(["203.0.113.7", { host: "203.0.113.8", siteInclude: "b.conf" }]);
  expect(
    parseConfig({ "geo-system:hosts": hosts, "geo-system:rollout": '{"parallel":2}' }, "geo-system:", "/p"),
  ).toEqual({
    hosts: ["203.0.113.7", { host: "203.0.113.8", siteInclude: "/p/b.conf" }],
    rollout: { parallel: 2 },
  });
});
