import { describe, expect, test } from "vitest";
import type { Worker } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { failing, healthy, inside } from "./support/healthy.ts";

const worker = (pid: number, state: string): Worker => ({
  ...{ pid, state, seconds: 500, files: 20, mostFiles: 40_000, sockets: 8, clients: 3, kib: 10_240 },
});
const silent = failing({ hop: "tls", cause: "silence", seen: { url: "wss://x/ws", waitedMs: 5000 } });

/** nginx on the host itself is silent where none of its workers answers. */
const host = (nginx: Partial<typeof inside.nginx>, changes: Partial<Observations> = {}): Observations => ({
  ...healthy,
  ...changes,
  inside: { ...inside, nginx: { ...inside.nginx, ...nginx } },
});
const hung = inside.loopback.map((each) => (each.to === "nginx" ? { ...each, answer: "silence" } : each));

describe("a worker of nginx that a signal stopped", () => {
  test("is found where our own client met another one", () => {
    const { verdict, healthy: well } = judge(host({ workers: [worker(20, "S"), worker(21, "T")] }));
    expect(well).toBe(false);
    expect(verdict).toMatchObject({
      hop: "nginx",
      cause: "1 of nginx's 2 workers is stopped by a signal: whoever is connected to one hears nothing more",
      evidence: ["worker 21: state T, 8 sockets"],
      fix: ["ssh ubuntu@203.0.113.7 sudo kill -CONT 21"],
      worry: "Yes: some clients fail until this is mended.",
    });
  });

  test("counts where a reload has replaced it, and clients are on it still", () => {
    const { verdict } = judge(host({ oldWorkers: [worker(9, "T")] }));
    expect(verdict?.fix).toEqual(["ssh ubuntu@203.0.113.7 sudo kill -CONT 9"]);
  });

  test("is told to go on, not cut with all its clients by a restart", () => {
    const seen = host({ workers: [worker(20, "T"), worker(21, "T")] }, { outside: silent });
    const { verdict, others } = judge({ ...seen, inside: { ...inside, ...seen.inside, loopback: hung } });
    expect(verdict?.fix).toEqual(["ssh ubuntu@203.0.113.7 sudo kill -CONT 20 21"]);
    expect(verdict?.worry).toMatch(/down for everybody/);
    expect(others).toEqual([]);
  });
});

test("workers that hang without a signal are started again", () => {
  const { verdict } = judge({ ...healthy, outside: silent, inside: { ...inside, loopback: hung } });
  expect(verdict).toMatchObject({
    hop: "nginx on loopback",
    cause: "nginx takes connections and does not answer; the backend behind it does",
    fix: ["ssh ubuntu@203.0.113.7 sudo systemctl restart nginx"],
  });
});

describe("workers that reloads have replaced", () => {
  const old = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...worker(i + 30, "S"), clients: 50 }));
  const limits = (seen: Observations) => judge(seen).hops.find(({ name }) => name === "limits");

  test("are counted where there are a few, and nothing is wrong", () => {
    const seen = host({ oldWorkers: old(2) });
    expect(judge(seen)).toMatchObject({ healthy: true, others: [] });
    expect(limits(seen)).toMatchObject({
      status: "ok",
      detail:
        "8 of 20000 connections in the fullest worker; 2 old workers, which reloads have replaced, hold 100 connections and 20 MB",
    });
  });

  test("are a warning where there are many, and are told to go only by a person", () => {
    const seen = host({ oldWorkers: old(12) });
    expect(judge(seen)).toMatchObject({
      healthy: true,
      verdict: {
        hop: "limits",
        severity: "warn",
        cause:
          "12 old workers, which reloads have replaced, hold 600 connections and 120 MB of the host's memory",
        fix: [
          "# each ends with its last connection: nginx has no worker_shutdown_timeout, which the key workerShutdownTimeout sets: npm run up",
          expect.stringMatching(
            /^# sooner, which cuts 600 connections, whose clients reconnect: ssh ubuntu@203\.0\.113\.7 sudo kill -TERM 30 31 /,
          ),
        ],
      },
    });
  });

  test("end at a time that nginx's configuration tells", () => {
    const configuration = inside.nginx.configuration.replace(
      "events {",
      "worker_shutdown_timeout 86400s;\nevents {",
    );
    const { verdict } = judge(host({ configuration, oldWorkers: old(5) }));
    expect(verdict?.fix[0]).toContain("at the latest 86400s after the reload that replaced it");
  });

  test("are no warning on a host with many workers of its own", () => {
    const workers = [20, 21, 22, 23].map((pid) => worker(pid, "S"));
    expect(judge(host({ workers, oldWorkers: old(8) })).verdict).toBeUndefined();
  });
});
