import type { Way, WayOpening } from "../protocol.ts";
import { fill, type Json, type Values } from "../values.ts";

/** How a connection is opened, beside its URL; every text may hold `${token}`. */
export interface OpeningOptions {
  path?: string | undefined;
  query?: Record<string, string> | undefined;
  headers?: Record<string, string> | undefined;
  cookies?: Record<string, string> | undefined;
  protocols?: string[] | undefined;
}

/** The names that stand for something before anything was received. */
export const tokenOf = ({ token }: Way): Values => new Map<string, Json>([["token", token]]);

/** An opening with its texts filled in. */
export function openingOf(
  way: Way,
  { path = "", query = {}, headers = {}, cookies = {}, protocols = [] }: OpeningOptions,
  values: Values = tokenOf(way),
): WayOpening {
  const filled = (text: string) => String(fill(text, values));
  const { url } = way;
  if (path) url.pathname = url.pathname.replace(/\/$/, "") + filled(path);
  for (const [key, text] of Object.entries(query)) url.searchParams.set(key, filled(text));
  const jar = Object.entries(cookies).map(([name, text]) => `${name}=${encodeURIComponent(filled(text))}`);
  const cookie = jar.length > 0 ? { cookie: jar.join("; ") } : {};
  const own = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, filled(text)]));
  return { url, headers: { ...cookie, ...own }, protocols: protocols.map(filled) };
}

/** Whether a protocol shows the token in its usual place: there is one, and the operator has named no other place. */
export const inUsualPlace = ({ token }: Way, options: object): boolean =>
  token !== "" && !JSON.stringify(options).includes("${token}");

/** A protocol's own texts, filled in. */
export const filled = (way: Way, value: Json): Json => fill(value, tokenOf(way));
