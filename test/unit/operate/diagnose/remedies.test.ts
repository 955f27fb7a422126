import { expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { remedies } from "../../../../operate/diagnose/remedies.ts";
import type { Finding } from "../../../../operate/diagnose/rules/rule.ts";
import { healthy } from "./support/healthy.ts";

const { target } = healthy;
const on = (command: string) => `${target.ssh} ${command}`;
const finding = (...fix: string[]): Finding => ({
  ...{ hop: "nginx", severity: "fail", cause: "", evidence: [], fix, worry: "" },
});
const would = (verdict: Finding, ...others: Finding[]) =>
  remedies({ ...judge(healthy), healthy: false, verdict, others }, target);

test("does what the guide does", () => {
  expect(
    would(
      finding(on("pm2 restart geo-backend"), `# look: ${on("pm2 logs geo-backend --lines 20 --nostream")}`),
    ),
  ).toEqual(["pm2 restart geo-backend"]);
  expect(
    would(finding(on("sudo ufw allow 80/tcp comment geo-system")), finding(on("sudo systemctl start nginx"))),
  ).toEqual(["sudo ufw allow 80/tcp comment geo-system", "sudo systemctl start nginx"]);
});

test("starts a service that the backend needs", () => {
  const lines = ["reset-failed", "start", "enable"].map(
    (verb) => `sudo systemctl ${verb} postgresql@16-main`,
  );
  expect(would(finding(...lines.map(on)))).toEqual(lines);
  expect(would(finding(on("sudo systemctl unmask redis-server")))).toEqual([]);
});

test("does nothing else, and nothing after what it cannot do", () => {
  expect(would(finding(on("sudo kill 12"), on("sudo systemctl start nginx")))).toEqual([]);
  expect(would(finding("npm run up"), finding(on("pm2 restart geo-backend")))).toEqual([]);
  expect(would(finding(on("sudo ufw allow 22/tcp")))).toEqual([]);
  expect(would(finding(on('"pm2 restart geo-backend; rm -rf /"')))).toEqual([]);
});

test("leaves alone what is only worth a look", () => {
  expect(would({ ...finding(on("pm2 restart geo-backend")), severity: "warn" })).toEqual([]);
});
