import { describe, expect, it, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { failing, healthy, host, inside, outside, seen } from "./support/healthy.ts";

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

test("a port that one address answers on is not closed by a firewall in front of the host", () => {
  const [first] = outside.ports;
  const ports = [
    ...outside.ports,
    { address: "2001:db8::7", port: first?.port ?? 80, state: "silent" as const, ms: 9 },
  ];
  const name = { host: "geo.example", addresses: [first?.address ?? "", "2001:db8::7"] };
  const arrivals = new Map([[80, 0]]);
  expect(judge(seen({ outside: { ...outside, name, ports }, arrivals })).verdict?.hop).toBe("name");
});
