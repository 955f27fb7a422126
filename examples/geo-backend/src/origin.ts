import type { IncomingHttpHeaders } from "node:http";

/**
 * May a page of this origin connect? Pages of the host that serves the WebSocket may, and those of `allowed`
 * (`*`: all). Programs send no origin and may as well: what protects the data is the token, which no browser sends
 * by itself. Compared is the host's name without its port, because nginx's `$host` has none.
 */
export function isOriginAllowed(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin)) return true;
  const page = hostname(origin);
  return page !== undefined && page === hostname(`http://${host}`);
}

function hostname(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).hostname : undefined;
}
