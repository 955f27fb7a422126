import { readFileSync } from "node:fs";
import type { LoadHost } from "./host.ts";

const configuration = readFileSync(new URL("stock.conf", import.meta.url), "utf8");
const start = readFileSync(new URL("stock.sh", import.meta.url), "utf8");

/** Starts a second nginx on the host as it comes from the distribution, before the same backend. */
export const startStock = (host: LoadHost): Promise<string> => host.run(start, configuration);

/** The same address by that nginx. */
export function byStock(url: string): string {
  const address = new URL(url);
  address.port = address.protocol === "wss:" ? "8443" : "8080";
  return address.href;
}
