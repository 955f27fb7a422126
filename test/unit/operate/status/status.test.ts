import { expect, test } from "vitest";
import { readStatus, statusText } from "../../../../operate/status/status.ts";

const facts = [
  "clock\t1795577483.5",
  "unit\tnginx\tactive\trunning\tenabled",
  "ufw\tactive\tdeny",
  "allows\t80\tallow 80/tcp\tallow 80/tcp",
  "allows\t443\t\t",
  "nginx\tpresent",
  "valid\tyes",
  "worker\t20\t500\t30\t40000\t12",
  "certificate\t/x/fullchain.pem\t1829878047\tabc\town\tIPAddress:203.0.113.7",
  "backend\tgeo-backend\tubuntu\t3000\t/home/ubuntu",
  "release\tr2\tr2",
  "live\t4",
  "since\t1795573883",
  "messages\t12\t5",
  "errors\t3",
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
release      r2, deployed 60 min ago
pm2          geo-backend online for 8 min, 1 restarts, 100 MB
nginx        active, 1 workers with 12 sockets, configuration valid
certificate  396 days left, for 203.0.113.7
websockets   4 live
log          12 messages and 5 connections since its start; 3 lines of nginx's error log ([error] or worse) since the deployment
firewall     ufw active, lets in 80
last up      2026-11-25T03:24:00+00:00 by ubuntu from 198.51.100.4: backend applied`,
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
