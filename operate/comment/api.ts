import { setTimeout } from "node:timers/promises";
import pRetry from "p-retry";

/** Where an API is, and how it is spoken to. */
export interface Api {
  /** "GitHub". */
  name: string;
  url: string;
  headers: Record<string, string>;
  /** What to do about a token that may not do what was asked. */
  permission: string;
}

/** Trying again later may help. */
export class Temporary extends Error {
  /** Milliseconds that the service asks to wait, beyond the usual. */
  readonly wait: number;

  constructor(message: string, wait = 0) {
    super(message);
    this.wait = wait;
  }
}

const seconds = 1000;
/** A service that says nothing for so long says nothing at all. */
const patience = 30 * seconds;
/** A job that waits longer than this for a rate limit had better be started again. */
const longestWait = 60 * seconds;
/** Pages of a hundred; beyond, something is wrong with the paging. */
const mostPages = 100;

/**
 * One request. Returns what was answered.
 *
 * @throws Temporary where the service is at fault or asks to wait; an error that says what to do otherwise
 */
export async function call(api: Api, method: string, path: string, body?: object): Promise<unknown> {
  return (await answer(api, method, new URL(`${api.url}${path}`), body)).json();
}

/** Every element of a list that comes in pages. */
export async function list(api: Api, path: string): Promise<unknown[]> {
  const all: unknown[] = [];
  let next: URL | undefined = new URL(`${api.url}${path}`);
  for (let page = 0; next; page++) {
    if (page === mostPages) throw new Error(`${api.name}: ${path} has more than ${mostPages} pages`);
    const response: Response = await answer(api, "GET", next);
    const elements: unknown = await response.json();
    if (!Array.isArray(elements))
      throw new Error(`${api.name}: ${path}: expected a list, found ${typeof elements}`);
    all.push(...elements);
    next = nextPage(response, next);
  }
  return all;
}

/** The next page by the Link header; never on another host, which would be given the token. */
function nextPage(response: Response, here: URL): URL | undefined {
  const [, address] = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
  if (!address) return undefined;
  const next = new URL(address, here);
  if (next.origin !== here.origin)
    throw new Error(`expected the next page at ${here.origin}, found ${next.origin}`);
  return next;
}

async function answer(api: Api, method: string, url: URL, body?: object): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { ...api.headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  }).catch((error: Error) => {
    const { cause } = error;
    throw new Temporary(
      `${api.name} cannot be reached at ${url.origin}: ${cause instanceof Error ? cause.message : error.message}`,
    );
  });
  if (response.ok) return response;
  throw await failure(api, `${method} ${url.pathname}`, response);
}

async function failure(api: Api, request: string, response: Response): Promise<Error> {
  const { status } = response;
  const said = messageOf(await response.text());
  const what = `${api.name} answered ${status} to ${request}${said ? `: ${said}` : ""}`;
  const wait = waitOf(response);
  if (wait !== undefined || status === 429) return limited(what, wait ?? 0);
  if (status >= 500)
    return new Temporary(`${what}\n  next: it is ${api.name}'s own trouble; start the job again later`);
  if (status === 401) return new Error(`${what}\n  next: give a token that is valid`);
  if (status === 403 || status === 404) return new Error(`${what}\n  next: ${api.permission}`);
  return new Error(what);
}

function limited(what: string, wait: number): Error {
  const next = `too many requests; start the job again in ${Math.ceil(wait / seconds)} s`;
  return wait > longestWait
    ? new Error(`${what}\n  next: ${next}`)
    : new Temporary(`${what}\n  next: ${next}`, wait);
}

/** Milliseconds until a rate limit ends; undefined where there is none. */
function waitOf({ status, headers }: Response): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) return Number(after) * seconds || 0;
  const reset = headers.get("x-ratelimit-reset");
  const spent = headers.get("x-ratelimit-remaining") === "0";
  return status === 403 && spent && reset !== null
    ? Math.max(0, Number(reset) * seconds - Date.now())
    : undefined;
}

/** The message of an error's JSON, else the beginning of what it is. */
function messageOf(body: string): string {
  try {
    const { message, error } = JSON.parse(body) as { message?: unknown; error?: unknown };
    return String(typeof message === "string" ? message : (error ?? JSON.stringify(message)));
  } catch {
    return body.trim().slice(0, 200); // A proxy's page.
  }
}

/**
 * Does a piece of work again where the service was at fault. The whole of it, from its first look: a request whose
 * answer was lost may have been carried out, and must not be carried out twice.
 *
 * @param pause - milliseconds before the first new try, doubled for each one after
 */
export function patiently<T>(work: () => Promise<T>, pause = 2 * seconds): Promise<T> {
  return pRetry(work, {
    retries: 3,
    minTimeout: pause,
    factor: 2,
    shouldRetry: ({ error }) => error instanceof Temporary,
    onFailedAttempt: async ({ error }) => {
      if (error instanceof Temporary) await setTimeout(error.wait);
    },
  });
}
