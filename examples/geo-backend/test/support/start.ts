import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientOptions } from "ws";
import { startBackend } from "../../src/backend.ts";
import { type Configuration, readConfiguration } from "../../src/configuration.ts";
import { signToken, type User } from "../../src/tokens.ts";
import { TestClient } from "./client.ts";

export const secret = "0123456789abcdef0123456789abcdef";
export const lzc: User = { id: "2", name: "lzc2005" };
export const other: User = { id: "3", name: "other" };

/** A token of that user, as the backend of the tests accepts it. */
export function tokenOf(user: User = lzc, expires = "1h"): Promise<string> {
  return signToken(secret, user, expires);
}

/** An empty folder for the data; removed at the end of the test. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "geo-backend-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export type TestBackend = Awaited<ReturnType<typeof start>>;

/** A backend in this process on a free port, with its log lines, and clients that it drops at the end. */
export async function start(overrides: Partial<Configuration> = {}) {
  const folder = await temporaryFolder();
  const configuration = {
    ...readConfiguration({ TOKEN_SECRET: secret, DATA_DIR: folder.path }),
    port: 0,
    ...overrides,
  };
  const log = recordingLog();
  const backend = await startBackend(configuration, log);
  const clients: TestClient[] = [];
  const address = `127.0.0.1:${backend.port}`;
  const connect = (query = "", options?: ClientOptions) => {
    const client = new TestClient(`ws://${address}/ws${query}`, options);
    clients.push(client);
    return client;
  };
  return {
    ...backend,
    ...log,
    httpUrl: `http://${address}`,
    wsUrl: `ws://${address}/ws`,
    dataDirectory: configuration.dataDirectory,
    connect,
    /** A window that is logged in and has its topics. */
    async window(user: User = lzc, options?: ClientOptions) {
      const client = connect(`?token=${await tokenOf(user)}`, options);
      const { topics } = await client.nextOf("subscribed");
      return Object.assign(client, { topics });
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.terminate();
      await backend.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Keeps the lines, and calls back for those that are awaited. */
function recordingLog() {
  const lines: string[] = [];
  const listeners = new Map<string, () => void>();
  const record = (line: string) => {
    lines.push(line);
    for (const [part, listener] of listeners) if (line.includes(part)) listener();
  };
  return {
    lines,
    info: record,
    error: record,
    /** Calls back in the moment when a line with that part is written. */
    onLine: (part: string, listener: () => void) => listeners.set(part, listener),
    /** Done once such a line has been written. */
    line: async (part: string) => {
      if (lines.some((line) => line.includes(part))) return;
      await new Promise<void>((resolve) => listeners.set(part, resolve));
    },
  };
}
