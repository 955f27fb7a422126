import { describe, expect, it } from "vitest";
import { addresses } from "../../infra/addresses.ts";
import { siteNames } from "../../infra/render/site-names.ts";

const site = { host: "203.0.113.7", tls: "self-signed", websocketPath: "/ws" } as const;

describe("the addresses of the service", () => {
  it("are the host's, where the site has no name", () => {
    expect(addresses(site)).toEqual({
      url: "http://203.0.113.7/",
      wsUrl: "ws://203.0.113.7/ws",
      first: "ws://203.0.113.7/ws",
      wssUrl: "wss://203.0.113.7/ws",
      urls: ["ws://203.0.113.7/ws", "wss://203.0.113.7/ws"],
      proven: ["ws://203.0.113.7/ws", "wss://203.0.113.7/ws"],
      others: [],
    });
  });

  it("show the first name, and every one is proven", () => {
    const named = { ...site, serverName: ["geo.example", "2001:db8::7"] };
    expect(addresses(named)).toEqual({
      url: "http://geo.example/",
      first: "ws://geo.example/ws",
      wsUrl: "ws://geo.example/ws",
      wssUrl: "wss://geo.example/ws",
      urls: ["ws://geo.example/ws", "wss://geo.example/ws"],
      proven: ["ws://geo.example/ws", "wss://geo.example/ws", "wss://[2001:db8::7]/ws"],
      others: [],
    });
  });

  it("are those with TLS alone where port 80 only redirects", () => {
    expect(addresses({ ...site, httpsOnly: true })).toEqual({
      url: "https://203.0.113.7/",
      first: "wss://203.0.113.7/ws",
      wssUrl: "wss://203.0.113.7/ws",
      urls: ["wss://203.0.113.7/ws"],
      proven: ["wss://203.0.113.7/ws"],
      others: [],
    });
  });

  it("have each other WebSocket of the routes proven at the first name", () => {
    const several = {
      ...site,
      serverName: ["a.example", "b.example"],
      routes: { "/ws": { websocket: true }, "/live": { websocket: true }, "/api/": {} },
    };
    expect(addresses(several).others).toEqual([{ url: "wss://a.example/live", handshake: undefined }]);
    expect(addresses({ ...several, tls: "off" }).others[0]?.url).toBe("ws://a.example/live");
  });

  it("are proven by ws where TLS is off", () => {
    const { wssUrl, proven } = addresses({ ...site, tls: "off", serverName: ["a.example", "b.example"] });
    expect(wssUrl).toBeUndefined();
    expect(proven).toEqual(["ws://a.example/ws", "ws://b.example/ws"]);
  });
});

describe("the names of the site", () => {
  it("are the given ones and then the host, each once", () => {
    expect(siteNames({ serverName: undefined }, "203.0.113.7")).toEqual(["203.0.113.7"]);
    expect(siteNames({ serverName: ["a.example", "b.example"] }, "203.0.113.7")).toEqual([
      "a.example",
      "b.example",
      "203.0.113.7",
    ]);
    expect(siteNames({ serverName: ["203.0.113.7", "a.example"] }, "203.0.113.7")).toEqual([
      "203.0.113.7",
      "a.example",
    ]);
  });
});
