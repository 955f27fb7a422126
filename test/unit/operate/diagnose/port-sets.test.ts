import { expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { failing, healthy, inside as onPort3000, printed, site } from "./support/healthy.ts";

/* A release that nginx handed over is on the other set of ports, and its ecosystem file has the first one. */

const handedOver = site.replace(":3000", ":3001");
const nginx = {
  ...onPort3000.nginx,
  site: handedOver,
  deployedSite: handedOver,
  configuration: printed(handedOver),
};
const inside = { ...onPort3000, nginx };
const refused = [
  { to: "nginx", port: 80, answer: "HTTP/1.1 502 Bad Gateway" },
  { to: "backend", port: 3001, answer: "refused" },
];
const backend = { ...inside.backend, port: 3001, ownPort: 3000 };
const down = failing({ hop: "upgrade", cause: "502", seen: { url: "ws://x/ws", status: 502 } });

test("what is started again goes to the port to which nginx leads", () => {
  const host = { ...inside, listens: [], owners: [], loopback: refused };
  const deleted = {
    ...healthy,
    outside: down,
    inside: { ...host, backend: { ...backend, applications: [] } },
  };
  const start = (ownPort: number) =>
    judge({ ...deleted, inside: { ...deleted.inside, backend: { ...deleted.inside.backend, ownPort } } })
      .verdict?.fix[0];
  expect(start(3000)).toBe(
    String.raw`ssh ubuntu@203.0.113.7 "sed 's/PORT\": \"3000\"/PORT\": \"3001\"/' /srv/geo-backend/ecosystem.config.cjs > .geo-system/geo-backend.config.cjs && pm2 start .geo-system/geo-backend.config.cjs && pm2 save"`,
  );
  expect(start(3001)).toBe(
    'ssh ubuntu@203.0.113.7 "pm2 start /srv/geo-backend/ecosystem.config.cjs && pm2 save"',
  );
});

test("one on the wrong port of the two is a warning where nginx falls back on it, and an outage where it does not", () => {
  const host = { ...inside, backend, loopback: refused };
  const served = judge({ ...healthy, inside: host });
  expect([served.healthy, served.verdict?.cause]).toEqual([
    true,
    "the backend listens on port 3000, and nginx passes to port 3001 first",
  ]);
  const cut = judge({ ...healthy, outside: down, inside: host });
  expect([cut.healthy, cut.verdict?.worry]).toEqual([false, expect.stringContaining("down for everybody")]);
});

test("a release as it was deployed that ends by itself is mended by no restart", () => {
  const ended = { age: 5, code: 3, signal: "", id: 0 };
  const applications = [
    {
      ...(onPort3000.backend.applications?.[0] ?? { name: "geo-backend" }),
      pid: 0,
      status: "waiting restart",
    },
  ] as typeof onPort3000.backend.applications & object;
  const crashing = { ...onPort3000.backend, applications, ends: [ended], errors: "no database\n" };
  const said = (status: string) => {
    const all = applications.map((each) => ({ ...each, status }));
    return judge({
      ...{ ...healthy, outside: down },
      inside: {
        ...onPort3000,
        listens: [],
        owners: [],
        loopback: refused,
        backend: { ...crashing, applications: all },
      },
    }).verdict;
  };
  expect(said("waiting restart")?.cause).toMatch(/over and over \(0 restarts\): it ended with exit code 3$/);
  const typed = (status: string) => said(status)?.fix.filter((line) => !line.startsWith("#"));
  expect(typed("waiting restart")).toEqual([]);
  expect(typed("errored")).toEqual([expect.stringContaining("pm2 delete")]);
  // Between two ends pm2 calls it online.
  expect(said("online")?.cause).toMatch(/^the backend crashes/);
});
