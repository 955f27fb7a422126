import { readConfig } from "./config.ts";
import { withHostKeys } from "./host/pinned.ts";
import { startPlugIns } from "./plug-ins.ts";
import { born, type Clock, mark } from "./profile.ts";
import { WebSocketHost } from "./websocket-host.ts";

/**
 * The program: one host from the configuration, its addresses and next commands as outputs.
 *
 * @param began when Node came to it
 */
export default async function program(began?: Clock) {
  mark("node", born);
  mark("program", began);
  mark("loaded");
  process.once("exit", () => mark("ended"));
  startPlugIns();
  const name = "geo";
  const host = new WebSocketHost(name, await withHostKeys(name, readConfig()));
  mark("declared");
  return host.outputs();
}
