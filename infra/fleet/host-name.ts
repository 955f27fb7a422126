/** What a `WebSocketHost` of a fleet is called: the names of its resources begin with it, and it says whose the host is. */
export const hostName = (fleet: string, host: string) => `${fleet}-${host}`;

/**
 * What a host is called that has no name; empty where its address is known only later.
 *
 * @example nameOfHost("203.0.113.7") // "203-0-113-7"
 */
export function nameOfHost(host: unknown): string {
  if (typeof host !== "string") return "";
  return host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
