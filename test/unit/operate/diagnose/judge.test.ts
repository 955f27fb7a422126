import { describe, expect, it, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { worry } from "../../../../operate/diagnose/rules/rule.ts";
import { failing, healthy, host, inside, outside, seen } from "./support/healthy.ts";

// What no sandbox can show in a moment; the rest is broken and mended for real in test/host/diagnose.

test("a host that is well: nothing to say", () => {
  const diagnosis = judge(healthy);
  expect(diagnosis).toMatchObject({ healthy: true, known: true, others: [] });
  expect(diagnosis.verdict).toBeUndefined();
  expect(diagnosis.hops.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(exitCode(diagnosis)).toBe(0);
});

test("a bare host: what is not there is not called well", () => {
  const { workers: _, ...nginx } = inside.nginx;
  const bare: NonNullable<Observations["inside"]> = {
    ...{ ...inside, deployed: [], applications: [] },
    firewall: { ...inside.firewall, ufw: "absent" },
    units: inside.units.map((unit) => ({ ...unit, active: "inactive", enabled: "" })),
    nginx: { ...nginx, present: false, workers: [] },
    backend: { ...inside.backend, pm2: "absent", applications: [] },
  };
  const told = (changes: Partial<typeof bare> = {}) =>
    judge(host({ ...bare, ...changes }))
      .hops.filter(({ name }) => ["firewall", "limits", "boot"].includes(name))
      .map(({ name, status, detail }) => `${name} ${status}: ${detail}`);
  expect(told()).toEqual([
    "firewall not there: ufw is not installed",
    "limits not there: no worker of nginx",
    "boot not there: neither nginx nor pm2 starts at boot",
  ]);
  const [web, ...others] = inside.units;
  const units = [web, ...others.map((unit) => ({ ...unit, enabled: "" }))].flatMap((unit) => unit ?? []);
  expect(told({ units }).at(-1)).toBe("boot ok: nginx starts at boot");
});

describe("what this machine cannot know", () => {
  it.each([
    [
      "no name server",
      seen({ outside: { ...outside, name: { host: "geo.example", addresses: [], code: "EAI_AGAIN" } } }),
      "this machine cannot ask a name server for geo.example",
    ],
    [
      "no route",
      seen({ outside: { ...outside, ports: outside.ports.map((port) => ({ ...port, state: "no route" })) } }),
      "there is no route between this machine and 203.0.113.7: a route is missing on one side, or the host is off",
    ],
  ])("%s", (_, observed, cause) => {
    const diagnosis = judge(observed);
    expect(diagnosis.verdict?.cause).toBe(cause);
    expect(exitCode(diagnosis)).toBe(2);
  });
});

test("a loopback that is down is no backend that hangs", () => {
  const loopback = inside.loopback.map((each) => ({ ...each, answer: "no connection" }));
  const outside = failing({ hop: "upgrade", cause: "504", seen: { url: "ws://x/ws", status: 504 } });
  const { verdict, others } = judge(seen({ outside, inside: { ...inside, loopback } }));
  expect(others).toEqual([]);
  expect(verdict?.cause).toMatch(/^the host does not reach its own 127\.0\.0\.1/);
});

test.each([
  ["not wanted", true, "shown; a client without one is let in as well"],
  ["accepted", true, "shown; a client with a wrong one is let in as well"],
  ["unknown", true, "shown; handshake plain has no such question"],
  [undefined, false, "handshake plain has no such question"],
] as const)("a token that no hop asks about, where a wrong one is %s", (wrongToken, showsToken, detail) => {
  const client = { ...outside.client, handshake: "plain", showsToken };
  const flows = outside.flows.map(({ url, rows }) => ({
    url,
    rows: rows.map((row) => (row.about === "token" ? { ...row, status: "not asked" as const } : row)),
  }));
  const { wrongToken: _, ...others } = outside;
  const { hops } = judge(seen({ outside: { ...others, client, flows, ...(wrongToken && { wrongToken }) } }));
  expect(hops.find(({ name }) => name === "token")).toEqual({ name: "token", status: "not asked", detail });
});

test("an account with too many windows has no bad token", () => {
  const seenThere = { url: "ws://x/ws", closeCode: 1008, closeReason: "too many windows of this account" };
  const { verdict } = judge(seen({ outside: failing({ hop: "token", cause: "1008", seen: seenThere }) }));
  expect(verdict?.cause).toBe(
    "the backend rejects this account, not its token: too many windows of this account",
  );
});

test("what serves in the backend's place is ended by its process, where that is seen", () => {
  const other = (owners: typeof inside.owners) =>
    judge(host({ owners, backend: { ...inside.backend, applications: [] } })).verdict?.fix[0];
  expect(other([{ port: 3000, pid: 77, pm2: false, command: "python3" }])).toMatch(/ sudo kill 77$/);
  expect(other([])).toBe("# end what serves on port 3000, and then:");
});

describe("who refuses", () => {
  const met = (status: number) =>
    failing({ hop: "upgrade", cause: `${status}`, seen: { url: "ws://x/ws", status } });
  const answers = (nginx: string, backend: string) => [
    { to: "nginx", port: 80, answer: `HTTP/1.1 ${nginx}` },
    { to: "backend", port: 3000, answer: `HTTP/1.1 ${backend}` },
  ];
  const upgrades = "101 Switching Protocols";
  const limited = '2026/11/25 09:01:02 [error] 7#7: *1 limiting connections by zone "x", client: 203.0.113.9';
  const cause = (status: number, nginx: string, backend: string, log = "") => {
    const changes = { loopback: answers(nginx, backend), nginx: { ...inside.nginx, log } };
    return judge(seen({ outside: met(status), inside: { ...inside, ...changes } })).verdict?.cause;
  };

  it("is nginx itself where the backend behind it would upgrade", () => {
    expect(cause(401, "401 Unauthorized", upgrades)).toMatch(/^nginx itself answers 401 before the backend/);
    expect(cause(503, upgrades, upgrades, limited)).toMatch(/^nginx itself answers 503 before the backend/);
  });

  it("is the backend where it says the same, or nginx upgrades and writes down no limit", () => {
    expect(cause(401, "401 Unauthorized", "401 Unauthorized")).toMatch(/^the backend refuses the token/);
    expect(cause(503, upgrades, upgrades)).toMatch(/^the backend is full/);
    expect(cause(401, upgrades, upgrades, limited)).toMatch(/^the backend refuses the token/);
  });
});

describe("the first cause, not its followers", () => {
  const refused = failing({
    hop: "tcp",
    cause: "nothing accepts connections",
    seen: { url: "ws://203.0.113.7/ws", code: "ECONNREFUSED" },
  });
  const nginxDown = inside.units.map((unit) =>
    unit.name === "nginx" ? { ...unit, active: "inactive" } : unit,
  );

  it("names nginx, and not what the client met", () => {
    const diagnosis = judge(seen({ outside: refused, inside: { ...inside, units: nginxDown } }));
    expect(diagnosis.verdict).toMatchObject({ hop: "nginx", cause: "nginx does not run (inactive)" });
    expect(diagnosis.others).toEqual([]);
    expect(exitCode(diagnosis)).toBe(1);
  });

  it("says the worry of the worst fault, where the first one hits some clients only", () => {
    const firewall = {
      ...inside.firewall,
      allows: inside.firewall.allows.filter((rule) => !JSON.stringify(rule).includes("80")),
    };
    const alone = judge(seen({ outside: refused, inside: { ...inside, firewall } }));
    expect(alone.verdict).toMatchObject({ hop: "firewall", worry: worry.some });
    const both = judge(seen({ outside: refused, inside: { ...inside, firewall, units: nginxDown } }));
    expect(both.verdict).toMatchObject({ hop: "firewall", worry: worry.down });
    expect(both.others).toMatchObject([{ hop: "nginx", worry: worry.down }]);
  });

  it("names the closed port before the server behind it, and the second fault as well", () => {
    const firewall = { ...inside.firewall, allows: [] };
    const diagnosis = judge(seen({ outside: refused, inside: { ...inside, firewall, units: nginxDown } }));
    expect(diagnosis.verdict?.hop).toBe("firewall");
    expect(diagnosis.others.map(({ hop }) => hop)).toEqual(["nginx"]);
  });
});

describe("which firewall it was", () => {
  const ports = outside.ports.map((port) =>
    port.port === 80 ? { ...port, state: "silent" as const } : port,
  );
  const silent = { ...outside, ports };

  it("the cloud's: the host lets it in, and no packet came", () => {
    const { verdict } = judge(seen({ outside: silent, arrivals: new Map([[80, 0]]) }));
    expect(verdict?.hop).toBe("tcp");
    expect(verdict?.cause).toMatch(
      /^a firewall in front of the host \(the cloud's security group\) drops port 80/,
    );
  });

  it("a rule of the host that is not ufw's: the packets came", () => {
    const drops = ["-A INPUT -p tcp -m tcp --dport 80 -j DROP"];
    const firewall = { ...inside.firewall, drops };
    const { verdict } = judge(
      seen({ outside: silent, arrivals: new Map([[80, 3]]), inside: { ...inside, firewall } }),
    );
    expect(verdict?.fix).toEqual([
      "ssh ubuntu@203.0.113.7 sudo iptables -D INPUT -p tcp -m tcp --dport 80 -j DROP",
    ]);
  });

  it("open where the login failed", () => {
    const { inside: _, ...blind } = seen({ outside: silent });
    expect(judge(blind).verdict?.cause).toMatch(/the host's own \(ufw\) or the cloud's in front of it$/);
  });
});

describe("the host cannot be seen from inside", () => {
  const { inside: _, ...blind } = healthy;
  const ssh = {
    hop: "login" as const,
    cause: "no key was accepted",
    seen: [],
    next: "Give it yours: ssh-add",
  };

  it("is healthy where users are served", () => {
    const diagnosis = judge({ ...blind, ssh });
    expect(diagnosis).toMatchObject({ healthy: true, verdict: { hop: "ssh", severity: "warn" } });
    expect(diagnosis.verdict?.fix).toEqual(["# Give it yours: ssh-add"]);
    expect(exitCode(diagnosis)).toBe(0);
  });

  it("is broken where they are not, by what the client saw", () => {
    const failure = {
      hop: "upgrade",
      cause: "nginx cannot reach the backend (502)",
      seen: { url: "ws://x/ws", status: 502 },
    };
    const diagnosis = judge({ ...blind, ssh, outside: failing(failure) });
    expect(diagnosis.verdict).toMatchObject({
      hop: "upgrade",
      cause: "nginx cannot reach the backend (502)",
    });
    expect(exitCode(diagnosis)).toBe(1);
  });
});
