import type { FSWatcher } from "node:fs";
import { Refusal, type ServerMessage, type Topic } from "./messages.ts";
import { Serial } from "./serial.ts";
import type { TopicStore } from "./topics.ts";

/** One window of the account: anything that can be told something. */
export interface Window {
  send(message: ServerMessage): void;
}

export interface AccountLimits {
  maxTopicsPerUser: number;
  maxTitleLength: number;
}

/**
 * The topics of one account, and its open windows. The folder on disk is the truth: every change, whether made here
 * or by another process, is found there by `#refresh`, which tells the windows.
 */
export class Account {
  readonly #id: string;
  readonly #store: TopicStore;
  readonly #limits: AccountLimits;
  readonly #work = new Serial();
  readonly #windows = new Set<Window>();
  #topics: ReadonlyMap<string, Topic> = new Map();
  #watcher: FSWatcher | undefined;
  #refreshIsDue = false;

  constructor(id: string, store: TopicStore, limits: AccountLimits) {
    this.#id = id;
    this.#store = store;
    this.#limits = limits;
  }

  /** Call once, first. */
  open(): Promise<void> {
    return this.#work.run(async () => {
      await this.#store.openAccount(this.#id);
      this.#watcher = this.#store.watch(this.#id, () => this.#refreshSoon());
    });
  }

  close(): Promise<void> {
    return this.#work.run(() => this.#watcher?.close());
  }

  /** Sends the window all topics, and from then on every change. */
  enter(window: Window): Promise<void> {
    return this.#work.run(async () => {
      await this.#refresh();
      window.send({ type: "subscribed", topics: [...this.#topics.values()] });
      this.#windows.add(window);
    });
  }

  leave(window: Window): void {
    this.#windows.delete(window);
  }

  create(title: string): Promise<void> {
    return this.#change(async () => {
      const clean = this.#checkTitle(title);
      if (this.#topics.size >= this.#limits.maxTopicsPerUser) {
        throw new Refusal("too_many_topics", `${this.#topics.size} topics are the most an account can have`);
      }
      await this.#store.create(this.#id, clean);
    });
  }

  delete(id: string): Promise<void> {
    return this.#change(async () => {
      if (!this.#topics.has(id)) throw new Refusal("unknown_topic", "there is no such topic");
      await this.#store.delete(this.#id, id);
    });
  }

  #change(job: () => Promise<void>): Promise<void> {
    return this.#work.run(async () => {
      await job();
      await this.#refresh();
    });
  }

  #checkTitle(title: string): string {
    const clean = title.trim();
    const { maxTitleLength } = this.#limits;
    if (clean === "" || clean.length > maxTitleLength || /[\p{Cc}\p{Cs}]/u.test(clean)) {
      throw new Refusal("bad_title", `expected a title of 1 to ${maxTitleLength} characters, on one line`);
    }
    return clean;
  }

  /** One look at the folder answers any number of events that came before it. */
  #refreshSoon(): void {
    if (this.#refreshIsDue) return;
    this.#refreshIsDue = true;
    this.#work
      .run(() => {
        this.#refreshIsDue = false;
        return this.#refresh();
      })
      .catch((error: unknown) => this.#store.cannotRead(this.#id, error));
  }

  async #refresh(): Promise<void> {
    const before = this.#topics;
    const topics = await this.#store.list(this.#id, before);
    this.#topics = new Map(topics.map((topic) => [topic.id, topic]));
    for (const id of before.keys()) if (!this.#topics.has(id)) this.#tell({ type: "topic_deleted", id });
    for (const topic of topics) if (!before.has(topic.id)) this.#tell({ type: "topic_created", topic });
  }

  #tell(message: ServerMessage): void {
    for (const window of this.#windows) window.send(message);
  }
}
