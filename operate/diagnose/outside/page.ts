import { request } from "node:http";
import { bareHost, portOf } from "../../../infra/handshake/open.ts";
import type { PageSeen } from "./observed.ts";

/** What a plain request of `/` on port 80 gets; undefined where nothing answers. Redirects are not followed. */
export function seePage(url: URL, timeoutMs: number): Promise<PageSeen | undefined> {
  return new Promise((resolve) => {
    const options = { host: bareHost(url), port: portOf(url), path: "/", timeout: timeoutMs, agent: false };
    const asked = request(options, (response) => {
      let body = "";
      const { statusCode: status = 0, headers } = response;
      const end = () => {
        asked.destroy();
        resolve({
          status,
          server: String(headers.server ?? ""),
          location: headers.location ?? "",
          body: body.slice(0, 2000),
        });
      };
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
        if (body.length > 2000) end();
      });
      response.once("end", end).once("error", end);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(undefined));
    asked.end();
  });
}
