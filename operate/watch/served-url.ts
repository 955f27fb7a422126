import { seePorts } from "../diagnose/outside/ports.ts";
import type { Target } from "../target/target.ts";

/** Where no address was given: without the usual one with TLS, unless its port takes connections. */
export async function withServedUrl(target: Target, timeoutMs = 5_000): Promise<Target> {
  if (!target.assumed) return target;
  const [seen] = await seePorts([target.host], [443], timeoutMs);
  return seen?.state === "open"
    ? target
    : { ...target, urls: target.urls.filter((url) => url.startsWith("ws:")) };
}
