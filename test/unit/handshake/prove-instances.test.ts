import { expect, test } from "vitest";
import type { OnHost } from "../../../infra/handshake/instances-hop.ts";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { type Fault, startBackend } from "./support/backend.ts";

const token = "aaa.bbb.ccc";

async function prove(fault: Fault, onHost: OnHost) {
  await using backend = await startBackend({ token, fault });
  const urls = [`ws://127.0.0.1:${backend.port}/ws`];
  const instances = { count: 3, proveOnHost: async () => onHost };
  const report = await proveHandshake({ handshake: "example", urls, token, instances, timeoutMs: 500 });
  const hop = report.rows.find(({ hop }) => hop === "instances");
  return { ...report, hop, came: backend.received.filter((type) => type === "ping").length };
}

const met = { ok: true, said: "met 3 of 3 instances in 3 tries" };

test("several processes are met by several clients, and each of them on the host", async () => {
  const { ok, hop, came } = await prove({}, met);
  expect(ok).toBe(true);
  expect(hop).toMatchObject({
    url: "ssh",
    detail: "met 3 of 3 instances in 3 tries; 9 more clients from outside",
  });
  expect(came).toBe(10);
});

test("a client that meets an ill process fails the proof, though the first one passed", async () => {
  let clients = 0;
  const everyThirdRefuses: Fault = {
    onMessage: ({ type }, socket) => {
      if (type === "auth") clients += 1;
      if (type !== "auth" || clients % 3 !== 0) return false;
      socket.close(1008, "bad token");
      return true;
    },
  };
  const { ok, failures } = await prove(everyThirdRefuses, met);
  expect(ok).toBe(false);
  expect(failures).toEqual([
    expect.objectContaining({
      url: "ssh",
      hop: "instances",
      cause: expect.stringMatching(
        /^\d of 9 more clients failed, the first at token: .*\. The backend runs as 3 processes/,
      ),
    }),
  ]);
});

test("an ill process that only the host met fails the proof, in the host's words", async () => {
  const said = "instance 2 of 3 (process 12, port 3002): it failed the handshake at token: refused";
  const { failures } = await prove({}, { ok: false, said });
  expect(failures).toEqual([expect.objectContaining({ hop: "instances", cause: said })]);
});

test("nothing is claimed of instances where there is one process, or the first client failed", async () => {
  await using backend = await startBackend({ token });
  const urls = [`ws://127.0.0.1:${backend.port}/ws`];
  const one = await proveHandshake({
    handshake: "example",
    urls,
    token,
    instances: { count: 1, proveOnHost: () => Promise.reject(new Error("asked")) },
  });
  expect(one.rows.map(({ hop }) => hop)).not.toContain("instances");
  const { hop } = await prove({ onMessage: ({ type }) => type === "auth" }, met);
  expect(hop?.status).toBe("not reached");
});
