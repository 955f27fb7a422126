import { request } from "node:http";
import { bareHost, portOf } from "../../../infra/handshake/open.ts";
import type { PageSeen } from "./observed.ts";

/** How much of a page is kept, and how much is read: to its end, but not without limit. */
const [kept, most] = [2_000, 10_000_000];

/** What a plain request on port 80 gets; undefined where nothing answers. Redirects are not followed. */
export function seePage(url: URL, timeoutMs: number, path = "/"): Promise<PageSeen | undefined> {
  return new Promise((resolve) => {
    const options = { host: bareHost(url), port: portOf(url), path, timeout: timeoutMs, agent: false };
    const asked = request(options, (response) => {
      let [body, read] = ["", 0];
      const { statusCode: status = 0, headers } = response;
      const end = () => {
        const { server = "", location = "" } = headers;
        resolve({ status, server: String(server), location, body: body.slice(0, kept) });
      };
      response.setEncoding("utf8").on("data", (text: string) => {
        if (body.length < kept) body += text;
        read += text.length;
        if (read > most) asked.destroy();
      });
      response.once("end", end).once("close", end);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(undefined));
    asked.end();
  });
}
