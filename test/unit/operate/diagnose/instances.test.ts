import { expect, test } from "vitest";
import type { Application, Inside } from "../../../../operate/diagnose/inside/observed.ts";
import { someDown } from "../../../../operate/diagnose/rules/instances.ts";
import { application } from "../../../../operate/diagnose/rules/pm2.ts";
import { healthy, inside } from "./support/healthy.ts";

const [app] = inside.backend.applications as [Application];
const instance = (port: number, changes: Partial<Application> = {}): Application => ({
  ...{ ...app, id: port, port, pid: port, run: "one" },
  ...changes,
});
const listens = (...ports: number[]) =>
  ports.map((port) => ({ address: "127.0.0.1", port, process: "node", pid: port }));

function host(applications: Application[], ...ports: number[]): Inside {
  return { ...inside, listens: listens(...ports), backend: { ...inside.backend, applications } };
}
const found = (seen: Inside) => someDown({ ...healthy, inside: seen });

test("one instance that is stopped is named by its port, and the others count as the application", () => {
  const seen = host(
    [instance(3000, { status: "stopped", pid: 0 }), instance(3002), instance(3004)],
    3002,
    3004,
  );
  expect(found(seen)).toMatchObject({
    severity: "warn",
    cause: expect.stringContaining(
      "1 of 3 instances of geo-backend is down (port 3000): nginx passes its clients on",
    ),
    evidence: [expect.stringContaining("instance on port 3000: stopped")],
    fix: [expect.stringContaining("pm2 restart 3000")],
  });
  expect(application(seen)?.port).toBe(3002);
});

test("one that is online and does not listen is down as well", () => {
  const seen = host([instance(3000), instance(3002)], 3000);
  expect(found(seen)?.evidence).toEqual([expect.stringContaining("port 3002: online, and does not listen")]);
});

test("nothing is said where all serve, none does, or the one that is down is of the release before", () => {
  expect(found(host([instance(3000), instance(3002)], 3000, 3002))).toBeUndefined();
  expect(
    found(host([instance(3000, { status: "errored" }), instance(3002, { status: "errored" })])),
  ).toBeUndefined();
  const older = instance(3001, { run: "zero", startedAt: app.startedAt - 1000, status: "stopping" });
  expect(found(host([older, instance(3000), instance(3002)], 3000, 3002))).toBeUndefined();
});
