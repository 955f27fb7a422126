import { expect, it } from "vitest";
import { summary } from "../../../../operate/preview/summary.ts";
import { made, message, update } from "./support/made.ts";
import { site } from "./support/payloads.ts";

/** As a fleet has it: its hosts are its children. */
const ofFleet = (preview: unknown) =>
  JSON.parse(
    JSON.stringify(preview).replaceAll(
      "geo-system:index:WebSocketHost$",
      "geo-system:index:WebSocketFleet$geo-system:index:WebSocketHost$",
    ),
  ) as ReturnType<typeof made>;

const timeout = (host: string, seconds: number) =>
  update(`geo-${host}-site`, { stdin: site() }, { stdin: site({ timeout: seconds }) });
const reload = (host: string) => message("info", "reach: nginx reload, connections stay", `geo-${host}-site`);
const hosts = ["a", "b", "c"];
const table = "2 hosts, 7 live connections\nhost  site    live  reach";
const said = (...steps: ReturnType<typeof update>[]) =>
  summary(ofFleet(made(steps, [...hosts.map(reload), message("info", `fleet: ${table}`, "geo-a-site")])), {
    stack: "prod",
  });

it("hosts on which the same becomes of a step are one row, with one diff", () => {
  const text = said(...hosts.map((host) => timeout(host, 3600)));
  expect(text.match(/^\| site of /gm)).toHaveLength(1);
  expect(text).toContain("| site of geo-a, geo-b, geo-c | update |");
  expect(text.match(/^\+ +proxy_read_timeout 3600s;/gm)).toHaveLength(1);
});

it("a host on which something else becomes of it has a row of its own", () => {
  const text = said(timeout("a", 3600), timeout("b", 3600), timeout("c", 60));
  expect(text).toContain("| site of geo-a, geo-b | update |");
  expect(text).toContain("| site of geo-c | update |");
});

it("the table of all hosts is part of it, and drift names its host", () => {
  const drift = message("warning", "drift: /etc/nginx/nginx.conf was edited on the host", "geo-b-site");
  const text = summary(ofFleet(made([], [message("info", `fleet: ${table}`, "geo-a-site"), drift])), {
    stack: "prod",
  });
  expect(text).toContain(`\`\`\`\n${table}\n\`\`\``);
  expect(text).toContain("**site of geo-b**: ");
});
