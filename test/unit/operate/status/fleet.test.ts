import { expect, it } from "vitest";
import { fleetStatusText } from "../../../../operate/status/fleet.ts";

it("one table: a row a host, the figures before their explanations, and the sum of live connections", () => {
  const status = {
    release: "57a080b3f261, deployed 2 h ago",
    pm2: "geo-backend online for 2 h, 0 restarts, 80 MB",
    websockets: "212 live on process 7 (port 3000); counted from the sockets that stood for 1.0 s (ss)",
    certificate: "396 days left, for 203.0.113.7",
    "last up": "2026-11-28T13:00:00 UTC",
  };
  const text = fleetStatusText([
    { name: "a", status },
    { name: "b", status: { ...status, websockets: "0 live; counted" } },
    { name: "c", problem: "203.0.113.9:22 did not answer" },
  ]);
  const rows = text.split("\n").filter((line) => / [abc] /.test(line));
  expect(rows[0]).toMatch(/│ a +│ 57a080b3f261 +│ geo-backend online .* │ 212 live +│ 396 days left/);
  expect(rows[1]).toMatch(/│ b .*│ 0 live/);
  expect(rows[2]).toMatch(/│ c +│ did not answer: 203\.0\.113\.9:22 did not answer +│/);
  expect(text.split("\n").at(-1)).toBe("212 live connections on 2 of 3 hosts");
});
