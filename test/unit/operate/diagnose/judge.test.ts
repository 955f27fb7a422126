import { describe, expect, it, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { worry } from "../../../../operate/diagnose/rules/rule.ts";
import { failing, healthy, inside, outside } from "./support/healthy.ts";

// What no sandbox can show in a moment; the rest is broken and mended for real in test/host/diagnose.
const seen = (changes: Partial<Observations>): Observations => ({ ...healthy, ...changes });
const host = (changes: Partial<NonNullable<Observations["inside"]>>) =>
  seen({ inside: { ...inside, ...changes } });

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
      "there is no way between this machine and 203.0.113.7: a route is missing on one of the two, or it is off",
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
    "the backend turns this account away, not its token: too many windows of this account",
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
      /^a firewall before the host \(the cloud's security group\) drops port 80/,
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
    expect(judge(blind).verdict?.cause).toMatch(/the host's own \(ufw\) or the cloud's before it$/);
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

describe("what is worth a look, and breaks nothing yet", () => {
  const soon = Date.now() + 5.5 * 86_400_000;
  it.each([
    [
      "certificate",
      seen({
        outside: {
          ...outside,
          tls: {
            protocol: "TLSv1.3",
            begins: 0,
            ends: soon,
            names: "",
            fingerprint: "abc",
            otherName: false,
          },
        },
      }),
      "the certificate ends in 5 days",
    ],
    [
      "disk",
      host({
        disks: [{ mount: "/", usedPercent: 97, freeKb: 100, inodesPercent: 5, readOnly: false, big: [] }],
      }),
      "the disk is nearly full: /, 97%",
    ],
    [
      "memory",
      host({ memory: { totalKb: 1_024_000, availableKb: 20_480 } }),
      "memory is short: 20 MB of 1000 MB are left",
    ],
    [
      "clock",
      host({ clock: inside.clock - 600_000 }),
      "the host's clock is 10 minutes behind this machine's: tokens and certificates count as expired, or not yet valid",
    ],
    [
      "boot",
      host({ backend: { ...inside.backend, saved: false } }),
      "the next boot would not bring everything back: pm2 has not saved geo-backend",
    ],
    [
      "tcp",
      host({ defaultRoute: false }),
      "the host has no default route: clients outside of its own network get no answer from it",
    ],
    ["units", host({ failedUnits: ["fwupd.service"] }), "a unit of systemd failed: fwupd.service"],
    [
      "limits",
      host({
        nginx: {
          ...inside.nginx,
          workers: [
            {
              pid: 1,
              seconds: 500,
              files: 100,
              mostFiles: 40_000,
              sockets: 18_500,
              state: "S",
              clients: 4,
              kib: 9_000,
            },
          ],
        },
      }),
      "nginx is full: a worker has 18500 connections open, and worker_connections is 20000",
    ],
    [
      "limits",
      host({ conntrack: { used: 250_000, most: 262_144 } }),
      "the host's table of connections is nearly full: 250000 of 262144",
    ],
    [
      "wrong token",
      seen({ outside: { ...outside, wrongToken: "accepted" } }),
      "the backend lets a client in with a wrong token",
    ],
    [
      "log",
      seen({ outside: { ...outside, missingLines: ["/authenticated/"] } }),
      "a client went all the way, and the backend's log does not show it: it logs elsewhere, or not at all",
    ],
    [
      "firewall",
      host({ firewall: { ...inside.firewall, ufw: "inactive" } }),
      "ufw is inactive, and was deployed active: every port that listens is open",
    ],
    [
      "site",
      host({ nginx: { ...inside.nginx, site: `${inside.nginx.site}# a note\n` } }),
      "the nginx site is not what was deployed: it was changed on the host",
    ],
    [
      "pm2",
      host({ backend: { ...inside.backend, silentPm2: { pid: 77, frozen: false } } }),
      "pm2 itself does not answer: the backend serves on, and is not started again when it crashes",
    ],
    [
      "nginx",
      host({ nginx: { ...inside.nginx, newest: { seconds: 60, path: "/etc/nginx/nginx.conf" } } }),
      "nginx has not read /etc/nginx/nginx.conf since it changed",
    ],
  ] as const)("%s", (hop, observed, cause) => {
    const diagnosis = judge(observed);
    expect(diagnosis).toMatchObject({ healthy: true, verdict: { hop, severity: "warn", cause } });
    expect(exitCode(diagnosis)).toBe(0);
  });
});

describe("what only shows under load, or after years", () => {
  it.each([
    [
      "every port to the backend in use",
      {
        ...host({
          nginx: {
            ...inside.nginx,
            // nginx tried the standby as well, which is another line of the same request.
            log: [
              "2026/11/25 [crit] 7#7: *12 connect() failed (99: Cannot assign requested address)",
              "2026/11/25 [error] 7#7: *12 connect() failed (111: Connection refused)",
            ].join("\n"),
          },
        }),
        outside: failing({ hop: "upgrade", cause: "502", seen: { url: "ws://x/ws", status: 502 } }),
      },
      "nginx has no port left for another connection to the backend",
    ],
    [
      "every file descriptor of nginx in use",
      {
        ...host({
          nginx: {
            ...inside.nginx,
            log: "2026/11/25 [crit] accept4() failed (24: Too many open files)",
            workers: [
              {
                pid: 1,
                seconds: 500,
                files: 1024,
                mostFiles: 1024,
                sockets: 1000,
                state: "S",
                clients: 4,
                kib: 9_000,
              },
            ],
          },
        }),
        outside: failing({
          hop: "upgrade",
          cause: "hang-up",
          seen: { url: "ws://x/ws", code: "ECONNRESET" },
        }),
      },
      "nginx has no file descriptor left: 1024 of 1024 are open",
    ],
    [
      "the backend's own limit",
      seen({
        outside: failing({ hop: "upgrade", cause: "no room (503)", seen: { url: "ws://x/ws", status: 503 } }),
      }),
      "the backend is full: it takes no further connection (503)",
    ],
    [
      "a clock that is wrong, and tokens that are refused for it",
      {
        ...host({ clock: inside.clock + 7_300_000 }),
        outside: failing({ hop: "token", cause: "refused", seen: { url: "ws://x/ws", closeCode: 1008 } }),
      },
      "the host's clock is 2 hours ahead of this machine's: tokens and certificates count as expired, or not yet valid",
    ],
    [
      "a token that has expired",
      seen({
        outside: failing({ hop: "token", cause: "refused", seen: { url: "ws://x/ws", closeCode: 1008 } }),
      }),
      "the backend refuses the token: it has expired, or was signed with another secret than the backend's",
    ],
  ])("%s", (_, observed, cause) => {
    expect(judge(observed).verdict?.cause).toBe(cause);
  });
});

test("a sandbox that is off is said to be, and nothing else is guessed", () => {
  const off = { cause: 'the sandbox "x" is switched off', fix: ["npm run sandbox -- up --name x"] };
  const diagnosis = judge({
    target: { ...healthy.target, off },
    outside: { name: outside.name, ports: [], flows: [], client: outside.client },
    hasToken: true,
  });
  expect(diagnosis.verdict).toMatchObject({ hop: "tcp", ...off });
  expect(exitCode(diagnosis)).toBe(1);
});

test("a firewall that is off is switched on only where it lets SSH in", () => {
  const { firewall } = inside;
  const fix = (allows: typeof firewall.allows) =>
    judge(
      host({ deployed: ["firewall"], firewall: { ...firewall, ufw: "inactive", otherwise: "deny", allows } }),
    ).verdict?.fix;
  const allow = (port: number) => ({ port, v4: `allow ${port}/tcp`, v6: `allow ${port}/tcp` });
  expect(fix([allow(80), allow(443), allow(22)])).toEqual([`${healthy.target.ssh} sudo ufw --force enable`]);
  expect(fix([allow(80), allow(443)])).toEqual([
    `${healthy.target.ssh} sudo ufw allow 22/tcp comment geo-system`,
    `${healthy.target.ssh} sudo ufw --force enable`,
  ]);
});

test("without the outputs of the stack it says why there is no token", () => {
  const diagnosis = judge(seen({ hasToken: false, outputsProblem: "pulumi stack: incorrect passphrase" }));
  expect(diagnosis.hops.find(({ name }) => name === "token")).toMatchObject({
    status: "not reached",
    detail: "no token is known: pulumi stack: incorrect passphrase",
  });
});

test("a port that one address answers on is not closed by a firewall before the host", () => {
  const [first] = outside.ports;
  const ports = [
    ...outside.ports,
    { address: "2001:db8::7", port: first?.port ?? 80, state: "silent" as const, ms: 9 },
  ];
  const name = { host: "geo.example", addresses: [first?.address ?? "", "2001:db8::7"] };
  const arrivals = new Map([[80, 0]]);
  expect(judge(seen({ outside: { ...outside, name, ports }, arrivals })).verdict?.hop).toBe("name");
});

describe("a service of the host that the backend needs", () => {
  const redis = {
    name: "redis-server",
    load: "loaded",
    active: "failed",
    sub: "failed",
    enabled: "disabled",
  };
  const services = [{ ...redis, journal: "Starting redis-server…\n*** FATAL CONFIG FILE ERROR ***\n" }];
  const crashing = { ...inside, services, loopback: [], backend: { ...inside.backend, applications: [] } };

  test("is the first cause where it is down and the backend fails", () => {
    const { verdict, healthy: well } = judge(
      seen({
        inside: crashing,
        outside: failing({ hop: "upgrade", cause: "502", seen: { url: "ws://x/ws", status: 502 } }),
      }),
    );
    expect(well).toBe(false);
    expect(verdict).toMatchObject({
      hop: "services",
      cause: "redis-server does not run (failed): the backend needs it",
      evidence: ["systemctl: redis-server failed, failed", "*** FATAL CONFIG FILE ERROR ***"],
      fix: ["reset-failed", "start", "enable"].map(
        (verb) => `ssh ubuntu@203.0.113.7 sudo systemctl ${verb} redis-server`,
      ),
    });
  });

  test("is worth a look where users are served without it, or it would not come back", () => {
    expect(judge(host({ services }))).toMatchObject({ healthy: true, verdict: { hop: "services" } });
    const off = [{ ...redis, active: "active", sub: "running", journal: "" }];
    expect(judge(host({ services: off })).verdict).toMatchObject({
      severity: "warn",
      cause: "redis-server, which the backend needs, is not enabled at boot",
      fix: ["ssh ubuntu@203.0.113.7 sudo systemctl enable redis-server"],
    });
  });
});
