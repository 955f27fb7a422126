import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { trusting } from "../trusted-roots.ts";
import { readWhole } from "./answer.ts";
import { bareHost, dialling, firstWords, type Opening, watchConnection } from "./open.ts";
import { describeError, Stopped } from "./seen.ts";

export interface Question {
  method?: "GET" | "POST";
  url: URL;
  headers?: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  /** Where it sends the client on. */
  location?: string;
  text: string;
}

/** An HTTP request beside the WebSocket, with the same checks and hops. Throws {@link Stopped} where no answer comes. */
export function httpRequest(
  question: Question,
  { ca, at, timeoutMs, passed }: Pick<Opening, "ca" | "at" | "timeoutMs" | "passed">,
): Promise<Answer> {
  const { method = "GET", url, headers, body = "" } = question;
  const address = new URL(url.href.replace(/^ws/, "http"));
  const secure = address.protocol === "https:";
  const send = secure ? secureRequest : plainRequest;
  if (isIP(bareHost(url))) passed("name");
  return new Promise((resolve, reject) => {
    const request = send(address, {
      ...{ method, headers: { ...headers, "content-length": Buffer.byteLength(body) }, agent: false },
      ...(secure && trusting(ca)),
      rejectUnauthorized: true,
      ...dialling(at),
    });
    const stop = (error: Stopped) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      stop(new Stopped({ url: url.href, waitedMs: timeoutMs }));
      request.destroy();
    }, timeoutMs);
    watchConnection(request, passed);
    request.on("error", (error) => stop(new Stopped({ url: url.href, ...describeError(error) })));
    request.once("response", async (response) => {
      const text = await readWhole(response);
      clearTimeout(timer);
      const { location } = response.headers;
      resolve({ status: response.statusCode ?? 0, ...(location && { location }), text });
    });
    request.end(body);
  });
}

/** The text of a good answer. Throws {@link Stopped} for any other. */
export function okText({ status, text }: Answer, url: URL): string {
  if (status >= 200 && status < 300) return text;
  throw new Stopped({ url: url.href, status, body: firstWords(text) });
}
