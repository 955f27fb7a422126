import { expect, it } from "vitest";
import { ofSeveral } from "../../../../operate/status/of-several.ts";

const status = (name: string) => ({
  host: "203.0.113.7, up since 2026-11-25",
  release: `${name}${name}, deployed 60 min ago`,
  pm2: `geo-${name} online for 60 min`,
  nginx: "active",
  websockets: "12 connected",
  messages: "3 a second",
  firewall: "ufw active",
});

it("a host with several applications has a row for each, and what is the host's once", () => {
  const all = [
    { name: "api", status: status("api") },
    { name: "chat", status: status("chat") },
  ];
  expect(Object.entries(ofSeveral(all))).toEqual([
    ["host", "203.0.113.7, up since 2026-11-25"],
    ["application api", "apiapi, deployed 60 min ago; geo-api online for 60 min; 12 connected"],
    ["application chat", "chatchat, deployed 60 min ago; geo-chat online for 60 min; 12 connected"],
    ["nginx", "active"],
    ["firewall", "ufw active"],
  ]);
});

it("one application has the whole screen, with a name or without", () => {
  expect(ofSeveral([{ status: status("x") }])).toEqual(status("x"));
  expect(ofSeveral([{ name: "api", status: status("api") }])).toEqual(status("api"));
});
