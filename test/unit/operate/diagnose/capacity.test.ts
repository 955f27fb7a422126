import { describe, expect, it } from "vitest";
import { isNear, tightestUse, useText } from "../../../../operate/diagnose/capacity.ts";
import type { Inside } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { healthy, inside, printed, site } from "./support/healthy.ts";

/** Two workers of nginx that hold `clients` each, and one process of the backend. */
const host = (clients: number, changes: Partial<Inside> = {}): Inside => ({
  ...inside,
  nginx: {
    ...inside.nginx,
    configuration: printed(site, 20_000),
    workers: [1, 2].map((pid) => ({
      ...{ pid, seconds: 500, files: 2 * clients + 10, mostFiles: 40_000, sockets: 2 * clients + 8 },
      ...{ state: "S", clients, kib: 9_000 },
    })),
  },
  serving: [{ pid: 50, files: 2 * clients + 24, mostFiles: 524_288 }],
  ports: 28_232,
  ...changes,
});

const text = (seen: Inside) => {
  const use = tightestUse(seen);
  return use && useText(use);
};

describe("how much of a host is used", () => {
  it("is said of the limit that is reached first", () => {
    expect(text(host(0))).toBe("0 of 20,000 connections (0 %): worker_connections 20,000 (nginx, 2 workers)");
    expect(text(host(4000, { serving: [{ pid: 50, files: 8024, mostFiles: 10_000 }] }))).toBe(
      "8,024 of 10,000 connections (80 %): limit of open files 10,000 (backend, 1 process)",
    );
    expect(text(host(100, { conntrack: { used: 60_000, most: 65_536 } }))).toBe(
      "30,000 of 32,768 connections (91 %): nf_conntrack_max 65,536 (the kernel's table of connections)",
    );
  });

  it("counts the addresses from which nginx reaches the backend", () => {
    const several = `split_clients $request_id $geo_system_source { 50.00% 127.0.0.1; * 127.0.0.2; }`;
    const nginx = {
      ...host(3000).nginx,
      configuration: printed(site, 90_000).replace("http {", `http { ${several}`),
      workers: host(3000).nginx.workers.map((worker) => ({ ...worker, mostFiles: 180_000 })),
    };
    expect(text(host(3000, { nginx }))).toBe(
      "6,000 of 56,464 connections (10 %): 28,232 ports from nginx to the backend, from 2 addresses",
    );
  });

  it("is not said of a host that shows none of it", () => {
    expect(text({ ...inside, nginx: { ...inside.nginx, configuration: "" } })).toBeUndefined();
  });
});

describe("a host that is nearly full", () => {
  const full = (seen: Inside) => {
    const { verdict, others } = judge({ ...healthy, inside: seen });
    return [...(verdict ? [verdict] : []), ...others].filter(({ hop }) => hop === "limits");
  };

  it("is a warning from 80 % on, with the key that helps", () => {
    expect([isNear({ used: 79, holds: 100, what: "" }), isNear({ used: 80, holds: 100, what: "" })]).toEqual([
      false,
      true,
    ]);
    expect(full(host(7900))).toEqual([]);
    expect(full(host(8000))).toMatchObject([
      {
        severity: "warn",
        cause:
          "the host is nearly full: 16,000 of 20,000 connections (80 %): worker_connections 20,000 (nginx, 2 workers)",
        fix: [expect.stringMatching(/^# the key expectedConnections .*/)],
      },
    ]);
  });

  it("is told once, where a limit is used up", () => {
    expect(full(host(9990)).map(({ cause }) => cause)).toEqual([
      expect.stringMatching(/^nginx is full: a worker/),
    ]);
  });
});
