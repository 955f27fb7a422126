import { describe, expect, it } from "vitest";
import { addresses } from "../../../infra/addresses.ts";
import { handshakeOf } from "../../../infra/settings/default-handshake.ts";
import { fileRoutesOf, mainPath, routesOf } from "../../../infra/settings/routes.ts";
import { type ConfigurationError, validate } from "../../../infra/settings/validate.ts";

const good = { host: "203.0.113.7", handshakeToken: "t" };
const problems = (raw: Record<string, unknown>) => {
  try {
    validate({ ...good, ...raw });
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
  return [];
};

describe("the routes", () => {
  it("are one WebSocket and HTTP everywhere else, where nobody chose", () => {
    expect(routesOf(validate(good)).map(({ path, kind }) => [path, kind])).toEqual([
      ["/ws", "websocket"],
      ["/", "http"],
    ]);
    expect(routesOf({ websocketPath: "/" }).map(({ kind }) => kind)).toEqual(["websocket"]);
  });

  it("are those that are given, the main WebSocket first, and none beside them", () => {
    const routes = { "/api/": {}, "/feed": { websocket: true }, "/ws": { websocket: true } };
    expect(routesOf(validate({ ...good, routes })).map(({ path }) => path)).toEqual([
      "/ws",
      "/feed",
      "/api/",
    ]);
  });

  it("say which WebSocket is the main one: the given one, else their first", () => {
    const routes = { "/feed": { websocket: true }, "/live": { websocket: true } };
    expect(validate({ ...good, routes }).websocketPath).toBe("/feed");
    expect(validate({ ...good, routes, websocketPath: "/live" }).websocketPath).toBe("/live");
    expect(mainPath({ websocketPath: "/ws" })).toBe("/ws");
  });

  it("without a WebSocket have HTTP as their main path, which a request proves", () => {
    const routes = { "/": { files: "." }, "/api/": {}, "/admin/": {} };
    const settings = validate({ ...good, routes, handshake: "http" });
    expect(settings.websocketPath).toBe("/api/");
    expect(routesOf(settings).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      ...["http /api/", "http /admin/", "files /"],
    ]);
    expect(handshakeOf(settings)).toEqual({ preset: "http" });
    expect(addresses({ ...settings, host: "203.0.113.7" })).toMatchObject({
      ...{ first: "http://203.0.113.7/api/", others: [] },
      proven: ["ws://203.0.113.7/api/", "wss://203.0.113.7/api/"],
    });
    expect(addresses({ ...settings, host: "203.0.113.7" })).not.toHaveProperty("wsUrl");
  });

  it("and the handshake must be of one kind", () => {
    const path = (route: object, handshake: string) => problems({ routes: { "/api/": route }, handshake });
    expect(path({}, "http")).toEqual([]);
    expect(problems({ routes: { "/api/": {} } })).toEqual([
      expect.stringMatching(
        /^handshake: expected http, .* found nothing; add "websocket": true to its path, or/,
      ),
    ]);
    expect(
      problems({ routes: { "/ws": { websocket: true }, "/live": { websocket: true, handshake: "http" } } }),
    ).toEqual([
      expect.stringMatching(/^routes\.\/live\.handshake: expected what its WebSocket speaks, found http/),
    ]);
    expect(problems({ routes: {} })).toEqual([expect.stringMatching(/found none$/)]);
    expect(path({}, "mqtt")).toEqual([
      expect.stringMatching(/^handshake: expected http, .* found mqtt; add/),
    ]);
    expect(path({ websocket: true }, "http")).toEqual([
      expect.stringMatching(/^handshake: expected what its WebSocket speaks, found http/),
    ]);
  });

  it("of files are named by their path, and come after all others", () => {
    const routes = {
      "/": { files: "a" },
      "/docs/v2/": { files: "b", fallback: "x.html" },
      "/ws": { websocket: true },
    };
    expect(fileRoutesOf(validate({ ...good, routes }))).toEqual([
      { path: "/", kind: "files", name: "root", files: "a" },
      { path: "/docs/v2/", kind: "files", name: "docs+v2", files: "b", fallback: "x.html" },
    ]);
  });

  it("know what each WebSocket speaks", () => {
    const routes = { "/ws": { websocket: true }, "/echo": { websocket: true, handshake: "plain" } } as const;
    const [, echo] = routesOf(validate({ ...good, routes }));
    expect(echo).toMatchObject({ path: "/echo", handshake: { preset: "plain" } });
  });

  it.each([
    [
      { "/": { files: "." } },
      'routes: expected a path that leads to the backend, { "websocket": true } or {}, found files alone',
    ],
    [{ "ws; }": { websocket: true } }, /^routes: expected paths such as .*, and "ws; }" is none/],
    [{ "/ws": { websocket: "yes" } }, 'routes./ws.websocket: expected true or false, found "yes"'],
    [{ "/ws": { websoket: true } }, "routes./ws.websoket: this key is not known; did you mean websocket?"],
    [
      { "/ws": { websocket: true }, "/": { handshake: "plain" } },
      /^routes\.\/\.handshake: expected nothing, since/,
    ],
    [
      { "/ws": { websocket: true }, "/app": { files: "d" } },
      /^routes: expected a path that ends with \/ for files, and "\/app"/,
    ],
    [
      { "/ws": { websocket: true, files: "d" } },
      /^routes\.\/ws\.files: expected nothing, since the path is a WebSocket/,
    ],
    [
      { "/ws": { websocket: true }, "/": { fallback: "a.html" } },
      /^routes\.\/\.fallback: expected nothing, since the path has no files/,
    ],
    [
      { "/ws": { websocket: true }, "/": { files: "d", fallback: "../x" } },
      /^routes\.\/\.fallback: expected a file of the folder/,
    ],
    [
      { "/ws": { websocket: true }, "/": { files: "d", fallback: "a;b" } },
      /^routes\.\/\.fallback: expected a file of the folder/,
    ],
    [
      { "/ws": { websocket: true }, "/": { files: "d" }, "/root/": { files: "e" } },
      /^routes: expected no files at \/root\/ beside/,
    ],
    ["/ws", /^routes: expected paths with what serves them/],
  ])("may not be %j", (routes, expected) => {
    expect(problems({ routes })[0]).toEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
  });

  it("and a WebSocket path beside them name one that they have", () => {
    expect(problems({ websocketPath: "/live", routes: { "/feed": { websocket: true } } })).toEqual([
      'websocketPath: expected /feed, the WebSockets of routes, found "/live"; add it to routes, or remove one of the two keys',
    ]);
  });
});
