import { readConfig } from "./config.ts";
import { WebSocketHost, type WebSocketHostArgs } from "./websocket-host.ts";

/** The program: one host from the configuration, its addresses and next commands as outputs. */
export default async function program() {
  const host = new WebSocketHost("geo", readConfig() as unknown as WebSocketHostArgs);
  return host.outputs();
}
