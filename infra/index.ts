import { readConfig } from "./config.ts";
import { withHostKeys } from "./host/pinned.ts";
import { WebSocketHost } from "./websocket-host.ts";

/** The program: one host from the configuration, its addresses and next commands as outputs. */
export default async function program() {
  const name = "geo";
  const host = new WebSocketHost(name, await withHostKeys(name, readConfig()));
  return host.outputs();
}
