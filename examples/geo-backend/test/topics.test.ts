import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lzc, other, start, temporaryFolder } from "./support/start.ts";

describe("a topic", () => {
  test("shows at once in all windows of the account, and in no other account's", async () => {
    await using backend = await start();
    const [first, second, stranger] = [
      await backend.window(),
      await backend.window(),
      await backend.window(other),
    ];
    first.send({ type: "create_topic", title: "  Roads " });
    const { topic } = await second.nextOf("topic_created");
    expect(topic).toEqual({ id: expect.any(String), title: "Roads", createdAt: expect.any(String) });
    expect(await first.nextOf("topic_created")).toEqual({ type: "topic_created", topic });
    expect(await stranger.others()).toEqual([]);
    expect(await first.others()).toEqual([]);
  });

  test("disappears from all windows of the account", async () => {
    await using backend = await start();
    const [first, second] = [await backend.window(), await backend.window()];
    first.send({ type: "create_topic", title: "Roads" });
    const { id } = (await first.nextOf("topic_created")).topic;
    second.send({ type: "delete_topic", id });
    expect(await first.nextOf("topic_deleted")).toEqual({ type: "topic_deleted", id });
    expect((await backend.window()).topics).toEqual([]);
  });

  test("is kept over a restart, in the order of creation", async () => {
    await using folder = await temporaryFolder();
    await using before = await start({ dataDirectory: folder.path });
    const client = await before.window();
    for (const title of ["first", "second"]) {
      client.send({ type: "create_topic", title });
      await client.nextOf("topic_created");
    }
    await before.stop();
    await using after = await start({ dataDirectory: folder.path });
    expect((await after.window()).topics.map(({ title }) => title)).toEqual(["first", "second"]);
    expect((await after.window(other)).topics).toEqual([]);
  });

  test("shows in the windows that another process serves, as during a release", async () => {
    await using folder = await temporaryFolder();
    await using leaving = await start({ dataDirectory: folder.path });
    await using standby = await start({ dataDirectory: folder.path });
    const [first, second] = [await leaving.window(), await standby.window()];
    first.send({ type: "create_topic", title: "Roads" });
    const { id } = (await second.nextOf("topic_created")).topic;
    await first.nextOf("topic_created");
    second.send({ type: "delete_topic", id });
    expect(await first.nextOf("topic_deleted")).toEqual({ type: "topic_deleted", id });
  });
});

describe("refuses", () => {
  test.each([
    ["an empty title", " \t "],
    ["a title of two lines", "a\nb"],
    ["a title that is too long", "x".repeat(121)],
    ["a title that is no text", "\ud800"],
  ])("%s", async (_, title) => {
    await using backend = await start();
    const client = await backend.window();
    client.send({ type: "create_topic", title });
    const message = "expected a title of 1 to 120 characters, on one line";
    expect(await client.next()).toEqual({ type: "error", code: "bad_title", message });
    expect(await client.others()).toEqual([]);
  });

  test("one topic more than an account may have", async () => {
    await using backend = await start({ maxTopicsPerUser: 1 });
    const client = await backend.window();
    for (const title of ["first", "second"]) client.send({ type: "create_topic", title });
    const message = "1 topics are the most an account can have";
    expect(await client.nextOf("error")).toEqual({ type: "error", code: "too_many_topics", message });
  });

  test("to delete what another account created", async () => {
    await using backend = await start();
    const [owner, stranger] = [await backend.window(lzc), await backend.window(other)];
    owner.send({ type: "create_topic", title: "Roads" });
    const { id } = (await owner.nextOf("topic_created")).topic;
    for (const path of [id, `../user-2/${id}`]) {
      stranger.send({ type: "delete_topic", id: path });
      expect(await stranger.next()).toMatchObject({ type: "error", code: "unknown_topic" });
    }
    expect((await backend.window(lzc)).topics).toHaveLength(1);
  });
});

test("an account's id cannot leave the data folder", async () => {
  await using backend = await start();
  const client = await backend.window({ id: "../../..", name: "dots" });
  client.send({ type: "create_topic", title: "Roads" });
  await client.nextOf("topic_created");
  const accounts = await readdir(join(backend.dataDirectory, "accounts"));
  expect(accounts).toEqual(["user-..%2F..%2F.."]);
  expect(await readdir(join(backend.dataDirectory, "temporary"))).toEqual([]);
});

test("leaves out a file that it cannot read, says so once, and serves the others", async () => {
  await using folder = await temporaryFolder();
  const account = join(folder.path, "accounts", "user-2");
  await mkdir(account, { recursive: true });
  await writeFile(join(account, "00000000-0000-4000-8000-000000000000.json"), "{");
  await using backend = await start({ dataDirectory: folder.path });
  const client = await backend.window();
  client.send({ type: "create_topic", title: "Roads" });
  await client.nextOf("topic_created");
  expect((await backend.window()).topics).toHaveLength(1);
  expect(backend.lines.filter((line) => line.includes("left out: unreadable topic"))).toHaveLength(1);
});

test("says that a change was not saved, and stays", async () => {
  await using backend = await start();
  const client = await backend.window();
  // As when the disk is lost.
  await rm(join(backend.dataDirectory, "temporary"), { recursive: true });
  client.send({ type: "create_topic", title: "Roads" });
  expect(await client.next()).toMatchObject({ type: "error", code: "not_saved" });
  expect(await client.others()).toEqual([]);
  expect(backend.lines.join("\n")).toMatch(/not_saved: Error: ENOENT/);
});
