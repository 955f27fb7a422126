import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sitePayload } from "../../infra/render/site.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { validate } from "../../infra/settings/validate.ts";
import type { TestHost } from "../support/host.ts";
import { Prober } from "../support/prober.ts";
import { waitFor } from "../support/wait.ts";
import { FixtureBackend, fixture, fixtureHandshake } from "./support/backend.ts";
import { startServedHost } from "./support/served-host.ts";
import { answers, Users } from "./support/users.ts";

/*
 * Several applications on one host: what happens to one of them, those who are connected to the others do not notice.
 */
let host: TestHost;
let api: FixtureBackend;
let chat: FixtureBackend;
let apiUsers: Users;
let chatUsers: Users;

const handshake = fixtureHandshake;
const one = (port: number) => ({ source: fixture, port, handshake, handshakeToken: "open sesame" });
const path = (application: string) => ({ websocket: true, application });
const applications = { api: one(3000), chat: one(3100) };
const routes = { "/ws": path("api"), "/chat": path("chat"), "/": { application: "api" } };

const settings = (changes: Record<string, unknown> = {}): Settings =>
  validate({ host: host.address, tls: "off", applications, routes, ...changes });

async function applySite(of: Settings): Promise<string> {
  return host.run("sudo geo-system site apply", { input: sitePayload(of, host.address) });
}

const clean = async (...backends: FixtureBackend[]) => {
  for (const backend of backends) {
    expect(await backend.check()).toBe("unchanged");
    expect(await backend.timers()).toBe("");
  }
  expect(await host.run("sudo geo-system site check")).toBe("unchanged");
};

/** New clients of both, and those who are there, while something happens to one. */
async function undisturbed<T>(others: Users, change: () => Promise<T>): Promise<T> {
  const there = await others.connectAll(4);
  await using probers = new Prober(others.url);
  const answer = await change();
  expect((await probers.stop()).failures).toEqual([]);
  expect(await Promise.all(there.map(answers))).toEqual([true, true, true, true]);
  for (const user of there) user[Symbol.dispose]();
  return answer;
}

beforeAll(async () => {
  host = await startServedHost("applications");
  const defaults = { tls: "off", handoverSeconds: 2 } as const;
  const [first, second] = [
    { backendName: "geo-api", backendPort: 3000, backendStandbyPort: 3001, websocketPath: "/ws" },
    { backendName: "geo-chat", backendPort: 3100, backendStandbyPort: 3101, websocketPath: "/chat" },
  ];
  api = await FixtureBackend.on(host, { ...defaults, ...first }, "backend-api");
  chat = await FixtureBackend.on(host, { ...defaults, ...second }, "backend-chat");
  apiUsers = new Users(host.address, "/ws");
  chatUsers = new Users(host.address, "/chat");
  await applySite(settings());
  for (const backend of [api, chat]) {
    await backend.environment();
    await backend.apply(await backend.release("one"));
  }
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe.sequential("several applications on one host", () => {
  it("are served each by its own path, from folders, ports and secrets of their own", async () => {
    for (const [backend, users, port] of [
      [api, apiUsers, "3000"],
      [chat, chatUsers, "3100"],
    ] as const) {
      using user = await users.connect();
      expect(await answers(user)).toBe(true);
      expect(await backend.seenOn(Number(port))).toMatchObject({ release: "one", env: { PORT: port } });
      expect(await backend.current()).toMatch(/^releases\//);
      expect(await host.run(`sudo geo-system ${backend.step} instances`)).toContain("unchanged");
    }
    expect(await api.applications()).toEqual(["geo-api", "geo-chat"]);
    expect((await api.dumped()).map(({ name }) => name).sort()).toEqual(["geo-api", "geo-chat"]);
    await clean(api, chat);
  });

  it("a release of one, and its way back, disturb nobody of the other", async () => {
    const two = await chat.release("two");
    const said = await chatUsers.unnoticed(() => undisturbed(apiUsers, () => chat.apply(two)));
    expect(said).toContain(`release ${two.hash} is confirmed`);
    expect(await chat.seenOn(3100)).toMatchObject({ release: "two" });
    expect(await api.seenOn(3000)).toMatchObject({ release: "one" });
    await clean(api, chat);

    await chatUsers.unnoticed(() =>
      undisturbed(apiUsers, () => host.run("sudo geo-system backend-chat rollback")),
    );
    expect(await chat.seenOn(3100)).toMatchObject({ release: "one" });
    await clean(api);
  });

  it("releases of both wait for their proof side by side, and one alone is taken back", async () => {
    const [newApi, newChat] = [await api.release("three"), await chat.release("three")];
    await chat.start(newChat, { handover: "at-once" });
    await api.start(newApi, { handover: "at-once" });
    // Both by nginx: whoever comes now meets the new one of either.
    expect(await releaseMet("/chat", chat)).toBe("three");
    expect(await releaseMet("/ws", api)).toBe("three");
    // A boot now would bring back what is proven.
    expect((await api.dumped()).map(({ name, PORT }) => `${name} ${PORT}`).sort()).toEqual([
      "geo-api 3000",
      "geo-chat 3100",
    ]);

    expect(await chat.takeBack("it failed outside")).toContain("serves on");
    expect(await api.confirm()).toContain("is confirmed");
    expect(await releaseMet("/chat", chat)).toBe("one");
    expect(await releaseMet("/ws", api)).toBe("three");
    expect((await api.dumped()).map(({ name, PORT }) => `${name} ${PORT}`).sort()).toEqual([
      "geo-api 3001",
      "geo-chat 3100",
    ]);
    await clean(api);
  });

  it("come back from a boot, all of them", async () => {
    await host.reboot();
    for (const [path, backend, release] of [
      ["/ws", api, "three"],
      ["/chat", chat, "one"],
    ] as const)
      expect(
        await waitFor(`${path} after the boot`, () => releaseMet(path, backend), { within: 60_000 }),
      ).toBe(release);
  });

  it("one without a WebSocket stands beside them: a request proves its release, and takes it back", async () => {
    const ports = { backendPort: 3200, backendStandbyPort: 3201 };
    const handshake = { preset: "http" as const, path: "/health", status: 200, contains: "release" };
    const shop = await FixtureBackend.on(
      host,
      {
        ...{ tls: "off", handoverSeconds: 2, backendName: "geo-shop", routes: { "/shop": {} } },
        ...ports,
        handshake,
      },
      "backend-shop",
    );
    await undisturbed(apiUsers, () =>
      applySite(
        settings({
          applications: { ...applications, shop: { source: fixture, port: 3200, handshake } },
          routes: { ...routes, "/shop": { application: "shop" } },
        }),
      ),
    );
    await shop.environment();
    expect(await shop.apply(await shop.release("one"))).toContain("serves on port 3200");
    const met = () => host.run("curl -sf http://127.0.0.1/shop/health");
    expect(JSON.parse(await met())).toMatchObject({ release: "one" });

    const said = await undisturbed(chatUsers, async () => {
      const silent = {
        "server.js":
          'require("http").createServer((_, r) => r.writeHead(500).end("no shop")).listen(process.env.PORT, "127.0.0.1");',
      };
      return shop.refused(await shop.release("two", silent));
    });
    expect(said).toContain(
      "it failed the handshake at answer: /shop/health is answered with 500, where status 200 was due; it says: no shop",
    );
    expect(JSON.parse(await met())).toMatchObject({ release: "one" });
    expect(await host.run("sudo geo-system backend-shop instances")).toContain("unchanged");
    await clean(api, shop); // chat was rolled back before, and its check says so
    await undisturbed(apiUsers, async () => {
      await applySite(settings());
      await host.run("sudo geo-system backend-shop undo");
    });
    expect(await host.run("ls /srv /etc/nginx/geo-system")).not.toContain("shop");
  });

  it("one that goes takes its own things with it, and the other does not notice", async () => {
    const { api: rest } = applications;
    const left = settings({
      applications: { api: rest },
      routes: { "/ws": path("api"), "/": { application: "api" } },
    });
    await undisturbed(apiUsers, async () => {
      await applySite(left);
      await host.run("sudo geo-system backend-chat undo");
    });
    expect(await host.run("ls /srv /etc/nginx/geo-system")).not.toContain("chat");
    // That the site's parts were not there before is remembered until the site itself is undone.
    const own = "sudo find /var/lib/geo-system -path '*/before/site' -prune -o -name '*chat*' -print";
    expect(await host.run(own)).toBe("");
    expect(await host.run("ls /usr/local/lib/geo-system")).not.toContain("handshake-chat.json");
    expect(await api.applications()).toEqual(["geo-api"]);
    await clean(api);
  });

  it("the last one gives the host back as it was", async () => {
    await host.run("sudo geo-system backend-api undo");
    await host.run("sudo geo-system site undo");
    expect(
      await host.run("ls -d /srv/* /usr/local/lib/geo-system /etc/nginx/geo-system 2> /dev/null || true"),
    ).toBe("");
    expect(await host.run("ls /etc/systemd/system/pm2-* ~/.pm2 2> /dev/null || true")).toBe("");
  });
});

/** The release that a client meets by that path. */
async function releaseMet(path: string, { host: of }: FixtureBackend): Promise<string> {
  const users = new Users(of.address, path);
  using user = await users.connect();
  const answer = new Promise<string>((resolve) =>
    user.socket.once("message", (data) => resolve((JSON.parse(String(data)) as { release: string }).release)),
  );
  user.socket.send(JSON.stringify({ type: "hello", token: "open sesame" }));
  return await answer; // the connection must outlive it
}
