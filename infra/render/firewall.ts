import type { Settings } from "../settings/schema.ts";
import { payload } from "./payload.ts";

/** The payload of step `firewall`. */
export function firewallPayload({ tls, firewallTimeout }: Pick<Settings, "tls" | "firewallTimeout">): string {
  return payload({
    allow: ["ssh", "80/tcp", ...(tls === "off" ? [] : ["443/tcp"])],
    default: "deny incoming",
    "confirm-within": firewallTimeout,
  });
}
