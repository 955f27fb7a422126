import { Account, type AccountLimits } from "./account.ts";
import type { TopicStore } from "./topics.ts";

interface Entry {
  account: Account;
  opened: Promise<void>;
  users: number;
}

/** The accounts that have a window open here; the others exist on disk only. */
export class Accounts {
  readonly #store: TopicStore;
  readonly #limits: AccountLimits;
  readonly #entries = new Map<string, Entry>();

  constructor(store: TopicStore, limits: AccountLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  /** Every `acquire` is followed by one `release`, whether it succeeded or not. */
  async acquire(userId: string): Promise<Account> {
    const entry = this.#entries.get(userId) ?? this.#add(userId);
    entry.users += 1;
    await entry.opened;
    return entry.account;
  }

  async release(userId: string): Promise<void> {
    const entry = this.#entries.get(userId);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#entries.delete(userId);
    await entry.account.close();
  }

  #add(userId: string): Entry {
    const account = new Account(userId, this.#store, this.#limits);
    const entry = { account, opened: account.open(), users: 0 };
    this.#entries.set(userId, entry);
    return entry;
  }
}
