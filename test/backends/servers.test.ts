import { HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHost, type TestHost } from "../support/host.ts";
import { prove, token, wrongToken } from "../unit/handshake/protocols/support.ts";
import { startServer } from "./servers/server.ts";

// Presets against servers that no npm package stands in for: `npm run backends -- test/backends/servers.test.ts`. One
// host runs them all; its packages are too heavy for every `npm test`.

/** The time in which a server is downloaded, built where it is code, and started. */
const installs = 8 * 60_000;
const anotherToken = "token-of-another";

let host: TestHost;
beforeAll(async () => {
  host = await startHost("servers");
  await host.run("sudo apt-get update -q");
});
afterAll(() => host?.[Symbol.asyncDispose]());

const at = (port: number, path: string) => `ws://${host.address}:${port}${path}`;

describe("mosquitto", { timeout: 30_000 }, () => {
  const topic = "geo-system/handshake";
  const proven = ["name", "tcp", "upgrade", "CONNACK", "PINGRESP", "publish", "close"];
  const versions = [{ version: 4 }, { version: 5 }] as const;

  beforeAll(async () => {
    console.log("mosquitto", await startServer(host, "mosquitto", "mosquitto"));
  }, installs);

  test.each(versions)("lets anyone in, version $version", async ({ version }) => {
    const handshake = { preset: "mqtt", version, topic } as const;
    expect(await prove(at(9001, "/"), handshake)).toMatchObject({ failures: [], ok: proven });
    expect(await wrongToken(at(9001, "/"), handshake)).toBe("not wanted");
  });

  test.each(versions)("knows accounts, version $version", async ({ version }) => {
    const handshake = { preset: "mqtt", version, topic } as const;
    expect(await prove(at(9002, "/"), handshake)).toMatchObject({ failures: [], ok: proven });
    expect(await wrongToken(at(9002, "/"), handshake)).toBe("refused");
    const code = { 4: "5", 5: "135" }[version];
    expect((await prove(at(9002, "/"), handshake, { token: anotherToken })).failures).toEqual([
      `CONNACK: the backend did not let the client in: CONNACK ${code} (not authorized)`,
    ]);
  });

  test.each(versions)("drops what an account may not write, version $version", async ({ version }) => {
    const { failures } = await prove(at(9002, "/"), { preset: "mqtt", version, topic: "secret" });
    expect(failures).toEqual([
      expect.stringMatching(/^publish: .*PUBLISH of secret, which this account must be allowed to write/),
    ]);
  });
});

describe("RabbitMQ", { timeout: 30_000 }, () => {
  const account = { preset: "stomp", login: "geo-system" } as const;
  const stomp = () => at(15674, "/ws");
  const mqtt = () => at(15675, "/ws");

  beforeAll(async () => {
    console.log("RabbitMQ", await startServer(host, "rabbitmq", "rabbitmq-server"));
  }, installs);

  test("STOMP, with a message from one client to another", async () => {
    expect(await prove(stomp(), { ...account, destination: "/topic/handshake" })).toMatchObject({
      failures: [],
      ok: ["name", "tcp", "upgrade", "CONNECTED", "ping frame", "MESSAGE", "close"],
    });
    expect(await wrongToken(stomp(), account)).toBe("refused");
  });

  test("STOMP refusals, in the broker's words", async () => {
    const cause = "CONNECTED: the backend did not let the client in: Bad CONNECT:";
    expect((await prove(stomp(), account, { token: anotherToken })).failures).toEqual([
      `${cause} Access refused for user 'geo-system'`,
    ]);
    expect((await prove(stomp(), { ...account, host: "elsewhere" })).failures).toEqual([
      `${cause} Virtual host 'elsewhere' access denied`,
    ]);
    expect((await prove(stomp(), { ...account, destination: "/nowhere" })).failures).toEqual([
      expect.stringMatching(/^MESSAGE: the backend did not let the client in: Unknown destination.*nowhere/),
    ]);
  });

  test("MQTT 3.1.1, and no MQTT 5 in version 3.12", async () => {
    const topic = "geo-system/handshake";
    expect((await prove(mqtt(), { preset: "mqtt", topic })).failures).toEqual([]);
    expect(await wrongToken(mqtt(), "mqtt")).toBe("refused");
    expect((await prove(mqtt(), { preset: "mqtt", version: 5 })).failures).toEqual([
      expect.stringMatching(/^CONNACK: .*1002 cannot_parse/),
    ]);
  });
});

describe("SignalR", { timeout: 30_000 }, () => {
  const hub = (path: string) => at(9003, path);
  const echo = { preset: "signalr" as const, method: "Echo", arguments: ["hello"] };
  const proven = ["name", "tcp", "negotiate", "upgrade", "hub handshake", "ping frame", "invoke", "close"];
  const said = "the backend did not let the client in:";

  beforeAll(async () => {
    console.log("ASP.NET Core", await startServer(host, "signalr", "aspnetcore-runtime-8.0"));
  }, installs);

  test.each([true, false])("a hub for everyone, negotiate: %s", async (negotiate) => {
    const ok = proven.filter((hop) => negotiate || hop !== "negotiate");
    expect(await prove(hub("/open"), { ...echo, negotiate })).toMatchObject({ failures: [], ok });
    expect(await wrongToken(hub("/open"), echo)).toBe("not wanted");
  });

  test.each([true, false])("a hub with [Authorize], negotiate: %s", async (negotiate) => {
    const handshake = { ...echo, negotiate };
    expect((await prove(hub("/guarded"), handshake)).failures).toEqual([]);
    expect(await wrongToken(hub("/guarded"), handshake)).toBe("refused");
    expect((await prove(hub("/guarded"), handshake, { token: anotherToken })).failures).toEqual([
      expect.stringMatching(/^(negotiate|upgrade): the token was refused \(401\)/),
    ]);
  });

  test.each([
    ["/refusing", "Connection closed with an error. HubException: unknown token"],
    ["/hesitating", "Connection closed with an error. HubException: unknown token"],
    ["/aborting", "it closed the connection"],
  ])("a hub that looks at its clients by itself: %s", async (path, words) => {
    expect((await prove(hub(path), "signalr")).failures).toEqual([]);
    expect((await prove(hub(path), "signalr", { token: anotherToken })).failures).toEqual([
      `hub handshake: ${said} ${words}`,
    ]);
    expect(await wrongToken(hub(path), "signalr")).toBe("refused");
  });

  test("a hub that takes longer is waited for by a method", async () => {
    const handshake = { ...echo, query: { ms: "2000" } };
    expect((await prove(hub("/hesitating"), handshake, { timeoutMs: 10_000 })).failures).toEqual([]);
    const wrong = { token: anotherToken, timeoutMs: 10_000 };
    expect((await prove(hub("/hesitating"), handshake, wrong)).failures).toEqual([
      `invoke: ${said} Connection closed with an error. HubException: unknown token`,
    ]);
  });

  test("a real client is accepted by the same words, and rejected by them", async () => {
    const client = (shown: string) =>
      new HubConnectionBuilder()
        .withUrl(hub("/guarded").replace("ws:", "http:"), { accessTokenFactory: () => shown })
        .configureLogging(LogLevel.None)
        .build();
    const connection = client(token);
    await connection.start();
    expect(await connection.invoke("Echo", "hello")).toBe("hello");
    await connection.stop();
    await expect(client(anotherToken).start()).rejects.toThrow("401");
  });

  test("a method that fails, and one that is not there", async () => {
    expect((await prove(hub("/open"), { preset: "signalr", method: "Fail" })).failures[0]).toContain(
      `invoke: ${said} Fail: An unexpected error occurred invoking 'Fail' on the server. HubException: not today`,
    );
    expect((await prove(hub("/open"), { preset: "signalr", method: "Nothing" })).failures[0]).toContain(
      "Method does not exist",
    );
  });

  test("a hub without WebSockets, and a path without a hub", async () => {
    expect((await prove(hub("/polling"), "signalr")).failures[0]).toMatch(
      /^negotiate: the backend answered transports: LongPolling, where WebSockets among them was due/,
    );
    expect((await prove(hub("/nothing"), "signalr")).failures[0]).toMatch(/^negotiate: .*\(404\)/);
  });
});
