import { describe, expect, it } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { host, inside, outside, seen } from "./support/healthy.ts";

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
      seen({ outside: { ...outside, wrongToken: "not wanted" } }),
      "any token is let in: the backend lets in a client with a wrong one",
    ],
    [
      "wrong token",
      seen({ outside: { ...outside, wrongToken: "accepted" } }),
      "any token is let in: the backend lets in a client with a wrong one",
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
      host({
        backend: {
          ...inside.backend,
          ...{ release: "aaaaaaaaaaaa", deployedRelease: "bbbbbbbbbbbb" },
          takenBack: { release: "bbbbbbbbbbbb", at: "2026-11-25T02:00:00Z", why: "it failed outside" },
        },
      }),
      "the release that was deployed last was taken back, and aaaaaaaaaaaa serves: it failed outside",
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
