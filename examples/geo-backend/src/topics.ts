import { randomUUID } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { clearTemporary, makeFolder, removeDurably, whenMissing, writeDurably } from "./durable-file.ts";
import { inOneLine, type Log } from "./log.ts";
import type { Topic } from "./messages.ts";

const topicFile = /^([0-9a-f-]{36})\.json$/;
const hour = 3_600_000;

/**
 * Topics on disk: one folder an account, one file a topic, and nothing is ever rewritten. So two processes may
 * share the folder, as they do for a moment at every release, and neither loses what the other wrote.
 */
export class TopicStore {
  readonly #accounts: string;
  readonly #temporary: string;
  readonly #log: Log;
  readonly #unreadable = new Set<string>();

  constructor(dataDirectory: string, log: Log) {
    this.#accounts = join(dataDirectory, "accounts");
    this.#temporary = join(dataDirectory, "temporary");
    this.#log = log;
  }

  /** Makes the folders. Fails when they cannot be written. */
  async open(): Promise<void> {
    await makeFolder(this.#accounts);
    await makeFolder(this.#temporary);
    await clearTemporary(this.#temporary, hour);
    const probe = join(this.#temporary, randomUUID());
    await writeDurably(probe, "", this.#temporary);
    await removeDurably(probe);
  }

  async openAccount(userId: string): Promise<void> {
    await makeFolder(this.#folder(userId));
  }

  /** All topics, oldest first. Files are never rewritten, so those that are known need no second reading. */
  async list(userId: string, known: ReadonlyMap<string, Topic>): Promise<Topic[]> {
    const names = await readdir(this.#folder(userId));
    const ids = names.flatMap((name) => topicFile.exec(name)?.[1] ?? []);
    const topics = await Promise.all(ids.map((id) => known.get(id) ?? this.#read(userId, id)));
    return topics.filter((topic) => topic !== undefined).sort(byAge);
  }

  async create(userId: string, title: string): Promise<void> {
    const topic: Topic = { id: randomUUID(), title, createdAt: new Date().toISOString() };
    await writeDurably(this.#file(userId, topic.id), `${JSON.stringify(topic)}\n`, this.#temporary);
  }

  async delete(userId: string, id: string): Promise<void> {
    await removeDurably(this.#file(userId, id));
  }

  /** Calls back when the account's folder changed, whichever process changed it. */
  watch(userId: string, changed: () => void): FSWatcher | undefined {
    try {
      const watcher = watch(this.#folder(userId), { persistent: false }, changed);
      return watcher.on("error", (error) => this.#complain("cannot watch", userId, error));
    } catch (error) {
      // Out of inotify watches: windows served by this process are still told of each other.
      this.#complain("cannot watch", userId, error);
      return undefined;
    }
  }

  /** For readings that nobody waits for. */
  cannotRead(userId: string, error: unknown): void {
    this.#complain("cannot read the topics of user", userId, error);
  }

  async #read(userId: string, id: string): Promise<Topic | undefined> {
    const path = this.#file(userId, id);
    const text = await readFile(path, "utf8").catch(whenMissing(undefined));
    if (text === undefined) return undefined;
    try {
      return asTopic(JSON.parse(text));
    } catch (error) {
      if (!this.#unreadable.has(path)) this.#complain("left out: unreadable topic", path, error);
      this.#unreadable.add(path);
      return undefined;
    }
  }

  /** The prefix makes `..` a harmless name; the encoding takes care of `/`. */
  #folder(userId: string): string {
    return join(this.#accounts, `user-${encodeURIComponent(userId)}`);
  }

  #file(userId: string, id: string): string {
    return join(this.#folder(userId), `${id}.json`);
  }

  #complain(what: string, which: string, error: unknown): void {
    this.#log.error(`[geo-backend] ${what} ${which}: ${inOneLine(error)}`);
  }
}

function asTopic({ id, title, createdAt }: Record<string, unknown>): Topic {
  if (typeof id === "string" && typeof title === "string" && typeof createdAt === "string") {
    return { id, title, createdAt };
  }
  throw new Error("expected id, title and createdAt");
}

function byAge(a: Topic, b: Topic): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);
}
