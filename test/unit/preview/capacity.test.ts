import { describe, expect, it } from "vitest";
import { exampleBackend } from "../../../infra/package-root.ts";
import { capacityRefused, capacityText } from "../../../infra/preview/capacity.ts";
import { memoryNotes } from "../../../infra/preview/memory.ts";
import { validate } from "../../../infra/settings/validate.ts";
import { facts } from "./support.ts";

/** A container on two processors; `changes` replace or add lines. */
function host(changes: Record<string, string> = {}) {
  const lines = {
    ...{ processors: "2", "nginx-files": "20000", "backend-files": "20000", ports: "28232" },
    ...changes,
  };
  return facts(...Object.entries(lines).map(([name, value]) => `allowed\t${name}\t${value}`));
}
const expecting = (expectedConnections: number, backendInstances = 1) => ({
  expectedConnections,
  backendInstances,
});

describe("how many connections a host holds", () => {
  it("is said with the limit that is reached first", () => {
    expect(capacityText(host(), expecting(10_000))).toBe(
      "this host holds 19,488 connections: hard limit of open files 20,000 (backend, 1 process)",
    );
    expect(capacityText(host(), expecting(10_000, 3))).toBe(
      "this host holds 51,968 connections: hard limit of open files 20,000 (nginx worker, of which 8 are 4 a processor)",
    );
  });

  it("is not said where none are expected, or by a host that said nothing of it", () => {
    expect(capacityText(host(), { backendInstances: 1 })).toBeUndefined();
    expect(capacityText(facts(), expecting(1000))).toBeUndefined();
  });
});

describe("memory", () => {
  const gigabytes = (count: number) =>
    host({ memory: String(count * 1024 * 1024), "backend-files": "1048576" });

  it("that runs out before anything else is named before the host swaps", () => {
    expect(memoryNotes(gigabytes(8), expecting(50_000))).toEqual([]);
    expect(memoryNotes(gigabytes(4), expecting(60_000))).toEqual([
      "60,000 connections take about 3,840 MB (each 42 kB in nginx, 12 kB in the kernel, 10 kB in a backend like the example), and this host has 4,295 MB: with a backend of that size it swaps before it holds them",
    ]);
    expect(memoryNotes(gigabytes(4), { ...expecting(60_000), tls: "off" })).toEqual([]);
    expect(memoryNotes(host(), expecting(60_000))).toEqual([]);
  });

  it("is a limit as far as no backend changes it", () => {
    expect(capacityText(gigabytes(1), expecting(10_000))).toBe(
      "this host holds 15,907 connections: memory of the host, 1,074 MB, of which a connection takes 54 kB in nginx and the kernel",
    );
    expect(capacityRefused(gigabytes(1), expecting(20_000))).toEqual([
      expect.stringMatching(/expected at most 15907, .*; a host with more memory, or npx pulumi/),
    ]);
  });
});

describe("an expectation that the host cannot meet is refused", () => {
  it("never where it is met", () => {
    expect(capacityRefused(host(), expecting(19_488))).toEqual([]);
    expect(
      capacityRefused(host({ "nginx-files": "1048576", "backend-files": "1048576" }), expecting(1_000_000)),
    ).toEqual([]);
  });

  it("with the one limit to lift, and how", () => {
    expect(capacityRefused(host(), expecting(50_000))).toEqual([
      "expectedConnections: expected at most 19488, which this host holds, found 50000: hard limit of open files 20,000 (backend, 1 process); more processes of the backend: npx pulumi config set backendInstances 2, or npx pulumi config set expectedConnections 19488",
    ]);
    expect(capacityRefused(host(), expecting(60_000, 4))).toEqual([
      expect.stringMatching(/found 60000: .*nginx worker.*; raise the hard limit .* of the container/),
    ]);
  });

  it("of several applications by the processes of all, and the key of one of them", () => {
    const own = { source: exampleBackend, handshakeToken: "token" };
    const { applications } = validate({
      host: "203.0.113.7",
      applications: { api: { ...own, port: 3000 }, chat: { ...own, port: 4000, standbyPort: 4001 } },
      routes: {
        "/api": { websocket: true, application: "api" },
        "/": { websocket: true, application: "chat" },
      },
    });
    expect(capacityRefused(host(), { ...expecting(50_000), applications })).toEqual([
      expect.stringMatching(
        /at most 35078, .* \(backend, 2 processes\); more processes of the backend: npx pulumi config set --path applications.api.instances 2, or/,
      ),
    ]);
  });

  it("by a limit of the kernel only where the host may not raise it", () => {
    const table = (value: string) => host({ "net.netfilter.nf_conntrack_max": value });
    expect(capacityRefused(table("32768"), expecting(10_000))).toEqual([]);
    expect(capacityRefused(table("32768\tfixed"), expecting(10_000))).toEqual([
      "expectedConnections: expected at most 8192, which this host holds, found 10000: net.netfilter.nf_conntrack_max 32,768, which this host may not raise; set it on the machine that carries this host, or npx pulumi config set expectedConnections 8192",
    ]);
    const queue = host({ "net.core.somaxconn": "128\tfixed" });
    expect(capacityRefused(queue, expecting(10_000))[0]).toContain("expected at most 512");
  });

  it("by a range of ports that somebody made smaller", () => {
    expect(capacityRefused(host({ ports: "10000" }), expecting(10_000))).toEqual([
      expect.stringMatching(/expected at most 7084, .*10,000 ports .*from each of 1 addresses/),
    ]);
  });
});
