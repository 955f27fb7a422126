/* What the package offers to a Pulumi program of one's own. */
export type { WebSocketHostArgs } from "./settings/arguments.ts";
export type { FleetHostArgs, RolloutArgs, WebSocketFleetArgs } from "./settings/fleet.ts";
export { ConfigurationError } from "./settings/validate.ts";
export { WebSocketFleet } from "./websocket-fleet.ts";
export { WebSocketHost } from "./websocket-host.ts";
