import { describe, expect, test } from "vitest";
import { readStatus, statusText } from "../../../../operate/status/status.ts";

const facts = [
  "clock\t1795577483.5",
  "unit\tnginx\tactive\trunning\tenabled",
  "ufw\tactive\tdeny",
  "allows\t80\tallow 80/tcp\tallow 80/tcp",
  "allows\t443\t\t",
  "nginx\tpresent",
  "valid\tyes",
  "worker\t20\t500\t30\t40000\t12\tS\t4\t9000",
  "certificate\t/x/fullchain.pem\t1829878047\tabc\town\tIPAddress:203.0.113.7",
  "backend\tgeo-backend\tubuntu\t3000\t/home/ubuntu",
  "release\ta1b2c3d4e5f6\ta1b2c3d4e5f6",
  "since\t1795573883",
  "applied\t1795573883",
  "held-for\t1050",
  "held\t9\t77\t3000\t180\t179\t21000\t2100\t40\t1500\ta1b2c3d4e5f6",
  "held\t8\t77\t3000\t2\t2\t0\t0\t61000\t61000\t0123456789ab",
  "held\t5\t1\t8080\t7\t7\t0\t0\t0\t0\tother",
  "frames\t3000\t12\t40",
  "frames\t8080\t1000\t1000",
  "frames-lost\t0",
  "old-worker\t19\t900\t30\t40000\t600\tS\t300\t10240",
  "ended\t30\t1\tSIGINT\t0",
  "file-set\t/\t0123456789ab\t0123456789ab\t1795573883",
  "file-set\t/a/\taaaaaaaaaaaa\tbbbbbbbbbbbb\t1795573883",
  "errors\t3",
  "serves\t9\t180\t20000",
  "ports\t28232",
  "expected\t10000",
  "up\t2026-11-20 01:02:03",
  "last-run\ttime=2026-11-25T03:24:00+00:00 user=ubuntu client=198.51.100.4 step=backend verb=apply release=r2 result=applied seconds=4.1",
  "pm2\tup\t77",
  `text\tapplications\t${Buffer.from(
    JSON.stringify([
      {
        name: "geo-backend",
        pid: 9,
        status: "online",
        restarts: 1,
        startedAt: 1795577000000,
        memory: 104_857_600,
      },
    ]),
  ).toString("base64")}`,
  "end",
  "",
];

test("one screen", () => {
  expect(statusText(readStatus(facts.join("\n"), "203.0.113.7"))).toBe(
    `host         203.0.113.7, up since 2026-11-20 01:02:03
release      a1b2c3d4e5f6, deployed 60 min ago
files /      0123456789ab, deployed 60 min ago
files /a/    aaaaaaaaaaaa, deployed 60 min ago; bbbbbbbbbbbb was deployed
pm2          geo-backend online for 8 min, 1 restarts, 100 MB; it ended by itself once within 10 min
nginx        active, 1 worker with 4 connections, 1 old worker, which a reload has replaced, holds 300 connections and 10 MB, configuration valid
certificate  396 days left, for 203.0.113.7
websockets   182 live: 180 on process 9 (port 3000, release a1b2c3d4e5f6), 2 on process 8 (port 3000, release 0123456789ab, which is not the current one); 1 of them not through nginx; counted from the sockets that stood for 1.1 s (ss)
capacity     180 of 20,000 connections (0 %): limit of open files 20,000 (backend, 1 process); 10,000 are expected
messages     12 from clients and 40 to them in one second (WebSocket frames on the loopback); 2.0 kB/s in, 20.0 kB/s out; last bytes in 1.5 s ago, out 0.0 s ago (ss)
log          3 lines of nginx's error log ([error] or worse) since the deployment
firewall     ufw active, lets in 80
last up      2026-11-25T03:24:00+00:00 by ubuntu from 198.51.100.4: backend applied`,
  );
});

test("nobody is connected, and the loopback could not be watched", () => {
  const quiet = facts.filter((line) => !/^(held\t|frames)/.test(line));
  expect(readStatus(quiet.join("\n"), "203.0.113.7")).toMatchObject({
    websockets: "0 live; counted from the sockets that stood for 1.1 s (ss)",
    messages: "none: no connection",
  });
  const unwatched = facts.filter((line) => !line.startsWith("frames"));
  expect(readStatus(unwatched.join("\n"), "203.0.113.7").messages).toMatch(
    /^not counted: the host's loopback could not be watched; 2\.0 kB\/s in/,
  );
});

test("a host without a journal, with pm2 down", () => {
  const status = readStatus(
    facts
      .filter((line) => !/^(last-run|pm2|text)/.test(line))
      .concat("pm2\tdown")
      .join("\n"),
    "203.0.113.7",
  );
  expect(status).toMatchObject({ pm2: "pm2 is down", "last up": "2026-11-25T02:31:23 UTC" });
});

test("a line for each service that the backend needs", () => {
  const services = [
    "service\tredis-server\tloaded\tactive\trunning\tenabled",
    "service\tpostgresql\tloaded\tactive\texited\tdisabled",
    "service\tpostgresql@16-main\tloaded\tfailed\tfailed\t",
  ];
  expect(readStatus([...services, ...facts].join("\n"), "203.0.113.7")).toMatchObject({
    "service redis-server": "active (running), starts at boot",
    "service postgresql": "active (exited), does not start at boot",
    "service postgresql@16-main": "failed (failed)",
  });
});

test("files that a release wrote into its own folder, and those of releases that are gone", () => {
  const written = Buffer.from("2100000\t1\tdata/db.sqlite\n").toString("base64");
  const kept = [`text\twritten\t${written}`, "kept\t/srv/geo-backend/kept\t1500"];
  expect(readStatus([...kept, ...facts].join("\n"), "203.0.113.7")).toMatchObject({
    "own files":
      "data/db.sqlite (2.1 MB) in the release's own folder, which the next release does not have; see backendShared",
    "kept files": "/srv/geo-backend/kept (1.5 kB), written by releases that are gone",
  });
});

describe("the release", () => {
  const row = (...more: string[]) =>
    readStatus(
      [...facts.filter((fact) => !fact.startsWith("release\t")), ...more, "end", ""].join("\n"),
      "203.0.113.7",
    ).release;

  test("that was deployed last and taken back is told, with the reason", () => {
    expect(
      row("release\taaaa\tbbbb", "taken-back\tbbbb\t2026-11-25T02:00:00Z\tit was not confirmed in time"),
    ).toBe(
      "aaaa, deployed 60 min ago; bbbb was deployed and taken back at 2026-11-25T02:00:00Z: it was not confirmed in time",
    );
  });

  test("that was rolled back on purpose was not taken back, though an earlier one was", () => {
    expect(row("release\taaaa\tbbbb", "taken-back\tcccc\t2026-11-25T02:00:00Z\tit failed")).toBe(
      "aaaa, deployed 60 min ago; bbbb was deployed",
    );
  });

  test("that waits for its proof is told beside the one before", () => {
    expect(row("release\taaaa\taaaa", "provisional\tbbbb\t42")).toBe(
      "aaaa, deployed 60 min ago; release bbbb serves provisionally, and is taken back in 42 s unless it is confirmed",
    );
  });
});
