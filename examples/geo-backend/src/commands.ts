import type { Account } from "./account.ts";
import { type Command, Refusal, type ServerMessage } from "./messages.ts";

/** What a command of an authenticated user may touch. */
export interface Caller {
  account: Account;
  send(message: ServerMessage | "pong"): void;
}

/** Carries out one command. Throws a Refusal when the user asked for something that cannot be. */
export async function perform(command: Command, { account, send }: Caller): Promise<void> {
  switch (command.type) {
    case "ping":
      return send(command.plain ? "pong" : { type: "pong" });
    case "create_topic":
      return saved(account.create(command.title));
    case "delete_topic":
      return saved(account.delete(command.id));
  }
}

/** A full disk is not the user's fault, and no reason to hang up on him: he is told, the log has the cause. */
async function saved(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("not_saved", "the change could not be saved; try again later", { cause: error });
  }
}
