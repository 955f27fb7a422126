import { describe, expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { failing, host, inside, seen } from "./support/healthy.ts";

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
