import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Request {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

/** What it answers once instead of the truth. */
interface Trouble {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** It does what it was asked, and only the answer is lost. */
  afterwards?: boolean;
}

export interface Stored {
  id: number;
  body: string;
  author: string;
  pullRequest?: boolean;
  state?: string;
  title?: string;
}

/** What GitHub's and GitLab's stand-ins have in common: requests on record, pages, and trouble on demand. */
export abstract class StandIn implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly troubles: Trouble[] = [];
  comments: Stored[] = [];
  issues: Stored[] = [];
  pageSize = 100;
  url = "";
  private readonly server: Server = createServer((request, response) => {
    void this.receive(request).then(({ status, headers, body }) => {
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  });

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  /** The requests that changed something, "POST /path". */
  get writes(): string[] {
    return this.requests
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  /** The answer to a request; undefined where there is no such thing. */
  protected abstract answer(request: Request, url: URL): unknown;

  protected add(list: Stored[], post: Omit<Stored, "id">): Stored {
    const stored = { id: 1000 + this.comments.length + this.issues.length, ...post };
    list.push(stored);
    return stored;
  }

  private async receive(incoming: IncomingMessage) {
    const url = new URL(incoming.url ?? "/", this.url);
    const sent = await text(incoming);
    const request = {
      method: incoming.method ?? "",
      path: url.pathname,
      headers: incoming.headers,
      body: sent ? (JSON.parse(sent) as Record<string, unknown>) : {},
    };
    this.requests.push(request);
    const trouble = this.troubles.shift();
    if (trouble && !trouble.afterwards) return trouble;
    const found = this.answer(request, url);
    if (trouble) return trouble;
    if (found === undefined) return { status: 404, body: '{"message":"Not Found"}' };
    return Array.isArray(found) ? this.page(found, url) : { status: 200, body: JSON.stringify(found) };
  }

  private page(all: unknown[], url: URL) {
    const page = Number(url.searchParams.get("page") ?? 1);
    const size = Math.min(this.pageSize, Number(url.searchParams.get("per_page") ?? 30));
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    const headers = page * size < all.length ? { link: `<${next}>; rel="next", <${url}>; rel="first"` } : {};
    return { status: 200, headers, body: JSON.stringify(all.slice((page - 1) * size, page * size)) };
  }
}
