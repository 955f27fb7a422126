import { describe, expect, test } from "vitest";
import type { Worker } from "../../../../operate/diagnose/inside/observed.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { failing, healthy, inside } from "./support/healthy.ts";

const worker = (pid: number, state: string): Worker => ({
  ...{ pid, state, seconds: 500, files: 20, mostFiles: 40_000, sockets: 8 },
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
