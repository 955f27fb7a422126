import { Accounts } from "./accounts.ts";
import type { Configuration } from "./configuration.ts";
import { Connections } from "./connections.ts";
import { Rates } from "./limits.ts";
import type { Log } from "./log.ts";
import { tokenVerifier, type Verify } from "./tokens.ts";
import { TopicStore } from "./topics.ts";

/** What a connection works with. */
export interface Services {
  configuration: Configuration;
  log: Log;
  verify: Verify;
  accounts: Accounts;
  connections: Connections;
  rates: Rates;
}

/** Fails when the data folder cannot be written. */
export async function openServices(configuration: Configuration, log: Log): Promise<Services> {
  const store = new TopicStore(configuration.dataDirectory, log);
  await store.open();
  return {
    configuration,
    log,
    verify: tokenVerifier(configuration.tokenSecret),
    accounts: new Accounts(store, configuration),
    connections: new Connections(configuration),
    rates: new Rates(configuration.messagesPerSecond),
  };
}
