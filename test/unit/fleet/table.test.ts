import { expect, it } from "vitest";
import { beforehand } from "../../../infra/fleet/live.ts";
import { fleetTable } from "../../../infra/fleet/table.ts";
import type { HostPlan } from "../../../infra/preview/host-plan.ts";
import { facts } from "../preview/support.ts";

const step = (reach: string, more: Partial<HostPlan["steps"][string]> = {}) => ({
  ...{ needed: true, first: false, drifted: false, reach },
  ...more,
});
const still = step("nothing", { needed: false });

const serving = facts(
  "listener\t80\tnginx",
  "listener\t3000\tnode",
  "backend\tbackend\ta\tyes\t3000",
  "connections\t3000\t212",
);

it("one table: each host by step, with its live connections and whom it reaches", () => {
  const steps = {
    site: still,
    backend: step("release handover, 212 live connections are asked to reconnect"),
  };
  const drifted = { site: step("nginx reload, connections stay", { drifted: true }), backend: still };
  const table = fleetTable([
    { name: "a", steps, facts: serving },
    { name: "b", steps: drifted, facts: serving },
    { name: "c", steps: {}, silence: "198.18.0.4 did not answer" },
  ]);
  expect(table.split("\n")).toEqual([
    "3 hosts, 424 live connections; 1 did not answer",
    "host  site    backend  live  reach",
    "a     -       update   212   release handover, 212 live connections are asked to reconnect",
    "b     repair  -        212   nginx reload, connections stay",
    "c     ?       ?        ?     did not answer",
  ]);
});

it("a host serves where nginx and the backend's own port answer", () => {
  expect(beforehand({ facts: serving, steps: { site: still } })).toEqual({ serves: true, changes: false });
  const down = facts("listener\t80\tnginx", "backend\tbackend\ta\tyes\t3000");
  expect(beforehand({ facts: down, steps: { backend: step("") } })).toEqual({ serves: false, changes: true });
});

it("a host that was set up by hand and has users serves as well; a bare one does not", () => {
  expect(beforehand({ facts: facts("listener\t443\tcaddy"), steps: {} }).serves).toBe(true);
  expect(beforehand({ facts: facts(), steps: {} }).serves).toBe(false);
});
