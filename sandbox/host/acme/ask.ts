import { get } from "node:https";
import { text } from "node:stream/consumers";

/** Pebble answers 400 to a client without a name. */
const headers = { "user-agent": "geo-system" };

/** What a URL answers to one who trusts only `ca`. Throws where it is no 200, or takes longer than 2 s. */
export function ask(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ca, headers, timeout: 2000, agent: false }, (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject);
      else reject(new Error(`${url} answers ${response.statusCode}`));
    });
    request.on("timeout", () => request.destroy(new Error(`${url} is silent for 2 s`)));
    request.on("error", reject);
  });
}
