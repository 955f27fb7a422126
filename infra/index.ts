import { readConfig } from "./config.ts";
import { fleetWithHostKeys } from "./fleet/pinned.ts";
import { withHostKeys } from "./host/pinned.ts";
import { startPlugIns } from "./plug-ins.ts";
import { born, type Clock, mark } from "./profile.ts";
import { reportOutputs } from "./report-outputs.ts";
import { ConfigurationError } from "./settings/validate.ts";
import { WebSocketFleet } from "./websocket-fleet.ts";
import { WebSocketHost } from "./websocket-host.ts";

/**
 * The program: the host or the hosts of the configuration, their addresses and next commands as outputs.
 *
 * @param began when Node came to it
 */
export default async function program(began?: Clock) {
  mark("node", born);
  mark("program", began);
  mark("loaded");
  process.once("exit", () => mark("ended"));
  startPlugIns();
  const declared = await declare("geo", readConfig());
  mark("declared");
  const outputs = declared.outputs();
  reportOutputs(outputs);
  return outputs;
}

async function declare(name: string, { hosts, rollout, entry, ...ofOne }: Record<string, unknown>) {
  const ofFleet = Object.fromEntries(
    Object.entries({ rollout, entry }).filter(([, value]) => value !== undefined),
  );
  const unused = Object.keys(ofFleet).map((key) => `${key}: expected nothing, since no hosts are given`);
  if (hosts === undefined && unused.length > 0) throw new ConfigurationError(unused);
  if (hosts === undefined) return new WebSocketHost(name, await withHostKeys(name, ofOne));
  const fleet = { ...ofOne, hosts, ...ofFleet };
  return new WebSocketFleet(name, await fleetWithHostKeys(name, fleet));
}
