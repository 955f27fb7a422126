import { describe, expect, test } from "vitest";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { shownTo } from "../../../../operate/diagnose/rules/remedy.ts";
import type { Finding } from "../../../../operate/diagnose/rules/rule.ts";
import { healthy, inside } from "./support/healthy.ts";

const on = (command: string) => `${healthy.target.ssh} ${command}`;
const host = (count: number): Observations => ({
  ...healthy,
  inside: {
    ...inside,
    owners: [...inside.owners, { port: 80, pid: 10, pm2: false, command: "nginx: master process" }],
  },
  connected: [
    { port: 3000, count },
    { port: 80, count: 5 },
  ],
});
const shown = (seen: Observations, severity: Finding["severity"], ...fix: string[]) => {
  const finding: Finding = { hop: "nginx", severity, cause: "", evidence: [], fix, worry: "" };
  return shownTo(seen)(finding);
};

describe("a look", () => {
  test.each([
    on("sudo ufw status numbered"),
    on('"sudo dmesg --level err,warn | tail"'),
    on("df -h /var/log"),
    on("pm2 logs geo-backend --lines 20 --nostream"),
    on("sudo tail -n 20 /var/log/nginx/error.log"),
    on("sudo nginx -t"),
    on("sudo iptables -t nat -S"),
    "getent hosts geo.example",
    "ip route get 203.0.113.7",
    "date -u",
  ])("%s is marked, and disturbs no client", (line) => {
    expect(shown(host(3), "fail", line)).toMatchObject({ fix: [`# look: ${line}`], disturbs: "no client" });
  });

  test.each([
    on('"sudo nginx -t && sudo systemctl reload nginx"'),
    on("sudo journalctl --vacuum-size=100M"),
    on("sudo iptables -D INPUT -j DROP"),
    on("sudo truncate -s 0 /var/log/syslog"),
    on("sudo ufw allow 80/tcp"),
    "npm run diagnose -- --url wss://geo.example/ws",
  ])("%s is none, and disturbs no client", (line) => {
    expect(shown(host(3), "warn", line)).toMatchObject({ fix: [line], disturbs: "no client" });
  });
});

describe("what cuts connections", () => {
  const restart = on("pm2 restart geo-backend");

  test.each([
    restart,
    on('"pm2 delete geo-backend; pm2 start /srv/geo-backend/ecosystem.config.cjs && pm2 save"'),
    on("sudo systemctl restart pm2-ubuntu"),
    on("sudo systemctl restart nginx"),
    on("sudo kill 10"),
    on("sudo kill 50"),
  ])("%s says how many", (line) => {
    expect(shown(host(212), "fail", line)).toMatchObject({
      fix: [line],
      disturbs: "212 connections are cut, and connect again",
    });
    expect(shown(host(0), "fail", line).disturbs).toBe("no client: none is connected");
  });

  test("another program's process, and one instance that is down, hold no client", () => {
    for (const line of [on("sudo kill 77"), on("pm2 restart 3"), on("sudo kill -CONT 10")])
      expect(shown(host(212), "fail", line).disturbs).toBe("no client");
  });

  test("waits for a person where users are served", () => {
    const start = on("sudo systemctl start nginx");
    const told = shown(host(1), "warn", on("sudo kill 10"), start);
    expect(told.fix).toEqual(
      [on("sudo kill 10"), start].map((line) => `# when few are connected, since it cuts 1: ${line}`),
    );
    expect(told.disturbs).toBe("no client");
    expect(shown(host(0), "warn", restart).fix).toEqual([restart]);
  });

  test("is not counted where the host could not be checked", () => {
    const { inside: _, ...outsideOnly } = host(3);
    expect(shown(outsideOnly, "fail", restart).disturbs).toContain("not known from here");
  });
});

test("an up says it in its preview", () => {
  expect(shown(host(3), "fail", "npm run up").disturbs).toBe("those the preview names: npm run preview");
});
