import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exampleBackend } from "../../infra/package-root.ts";
import { fixture } from "../host/support/backend.ts";
import { Users } from "../host/support/users.ts";
import { Prober } from "../support/prober.ts";
import { TestStack } from "../support/stack.ts";

/*
 * A host with one backend is given a second one, by the words of docs/applications.md, and loses it again: whoever is
 * connected to the first notices none of it.
 */
let stack: TestStack;
let secret: string;
let chat: string;
beforeAll(async () => {
  stack = await TestStack.start("applications");
  await stack.configure({ tls: "off", handoverSeconds: 2 });
  await stack.up();
  const path = "backendSecretEnvironment.TOKEN_SECRET";
  secret = (await stack.must("config", "get", "--path", path)).trim();
  chat = join(stack.files, "chat");
  await cp(fixture, chat, { recursive: true });
  await writeFile(join(chat, "release.txt"), "one");
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const path = (application: string) => ({ websocket: true, application });

const backend = () => ({ source: exampleBackend, port: 3000, secretEnvironment: { TOKEN_SECRET: secret } });
const onlyBackend = { "/ws": path("backend"), "/": { application: "backend" } };

const configure = (applications: Record<string, unknown>, routes: Record<string, unknown>) =>
  stack.configure({ tls: "off", handoverSeconds: 2, applications, routes });

/** New clients of the first application, and one who is there, while something happens to the host. */
async function undisturbed<T>(change: () => Promise<T>): Promise<T> {
  const { testUrl = "" } = await stack.outputs();
  await using prober = new Prober(testUrl);
  const answer = await change();
  const { failures, made } = await prober.stop();
  expect(failures).toEqual([]);
  expect(made).toBeGreaterThan(10);
  return answer;
}

it("keys of one backend may move below its name: nothing changes", async () => {
  await stack.must("config", "rm", "backendSecretEnvironment");
  await configure({ backend: backend() }, onlyBackend);
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
});

it("a second application comes beside it, and the preview says that of the first nothing changes", async () => {
  await configure(
    { backend: backend(), chat: { source: chat, port: 3100 } },
    { ...onlyBackend, "/chat": path("chat") },
  );
  const { exitCode, summary } = await stack.summary();
  expect(exitCode).toBe(0);
  expect(summary).toMatch(/^\| site \| update \| /m);
  expect(summary).toMatch(/^\| backend chat \| create \| /m);
  expect(summary).not.toMatch(/^\| backend \| /m);

  const said = await undisturbed(() => stack.up());
  expect(said).toContain("Application backend:");
  expect(said).toContain("Application chat:");
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  const { releases } = (await stack.outputs()) as unknown as { releases: Record<string, string> };
  expect(Object.keys(releases)).toEqual(["backend", "chat"]);
});

it("a release of one, and its way back, are its own; status and diagnose tell of each", async () => {
  const users = new Users(stack.info().address, "/chat");
  await writeFile(join(chat, "release.txt"), "two");
  const { summary } = await stack.summary();
  expect(summary).toMatch(/^\| backend chat \| update \| release /m);
  expect(summary).not.toMatch(/^\| (site|backend) \| /m);
  await undisturbed(() => users.unnoticed(() => stack.up()));

  const back = await undisturbed(() => stack.npm("rollback", "--application", "chat", "--yes"));
  expect(back.output).toMatch(/Release [0-9a-f]{12} serves\./);
  expect((await stack.npm("rollback", "--yes")).output).toContain(
    "--application: expected backend or chat, found nothing",
  );
  const status = (await stack.npm("status")).output;
  expect(status).toMatch(/^application backend +[0-9a-f]{12}, deployed .*; geo-backend online for /m);
  expect(status).toMatch(/^application chat +[0-9a-f]{12}, deployed .*; geo-chat online for /m);
  const diagnosis = await stack.npm("diagnose");
  expect(diagnosis.output).toMatch(/Application backend:[\s\S]*\nApplication chat:\n/);
  expect(diagnosis.exitCode).toBe(0);
  expect((await stack.npm("logs", "--application", "chat", "--no-follow")).output).toContain(
    "release two listens",
  );
  await stack.up();
});

it("an application without a WebSocket is proven by a request, from outside as well, and told by status and diagnose", async () => {
  const shop = join(stack.files, "shop");
  await cp(fixture, shop, { recursive: true });
  await writeFile(join(shop, "release.txt"), "one");
  const all = (handshake: object) =>
    configure(
      {
        ...{ backend: backend(), chat: { source: chat, port: 3100 } },
        shop: { source: shop, port: 3200, handshake: { preset: "http", path: "/health", ...handshake } },
      },
      { ...onlyBackend, "/chat": path("chat"), "/shop": { application: "shop" } },
    );
  await all({});
  const said = await undisturbed(() => stack.up());
  expect(said).toMatch(/Application shop:\n[\s\S]*http:\/\/[^ ]+\/shop/);
  const { testUrls } = (await stack.outputs()) as unknown as { testUrls: Record<string, string> };
  expect(testUrls.shop).toMatch(/^http:\/\/.*\/shop$/);
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  const diagnosis = await stack.npm("diagnose", "--application", "shop");
  expect(`${diagnosis.exitCode}\n${diagnosis.output}`).toMatch(/^0\n/);
  expect(diagnosis.output).not.toContain("upgrade");
  expect((await stack.npm("status")).output).toMatch(/^application shop +[0-9a-f]{12}, deployed /m);
  const watched = await stack.npm("watch", "--application", "shop", "--for", "2s");
  expect(watched.output).toContain("expected an application with a WebSocket");
});

it("it goes by itself, and the first stays as it is", async () => {
  const { testUrl = "" } = await stack.outputs();
  const { pathname, search } = new URL(testUrl);
  using user = await new Users(stack.info().address, pathname + search).connect();
  await configure({ backend: backend() }, onlyBackend);
  const { summary } = await stack.summary();
  expect(summary).toMatch(/^\| backend chat \| undo \| /m);
  expect(summary).toMatch(/^\| backend shop \| undo \| /m);
  await undisturbed(() => stack.up());
  expect(user.socket.readyState).toBe(user.socket.OPEN);
  expect(await stack.on("ls /srv /etc/nginx/geo-system")).not.toContain("chat");
  expect(await stack.on("pm2 jlist | grep -o geo-chat | head -1")).toBe("");
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
});
