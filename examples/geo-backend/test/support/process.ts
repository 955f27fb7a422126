import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { secret } from "./start.ts";

const server = fileURLToPath(new URL("../../src/server.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Node strips types by itself from 22.18 on; an older one, as a developer may have, needs help. */
const typescript = "typescript" in process.features ? [] : ["--import", "tsx"];

/** The backend as a process of its own, as pm2 runs it; the environment is what is given and nothing else. */
export function runBackend(environment: Record<string, string> = {}) {
  return execa(process.execPath, [...typescript, server], {
    cwd: root,
    env: { PORT: "0", TOKEN_SECRET: secret, ...environment },
    extendEnv: false,
    ipc: true,
    reject: false,
    // A test that fails must not leave it running.
    cleanup: true,
  });
}

/** The same, once it says that it is ready; with the port on which it listens. */
export async function startProcess(environment: Record<string, string>) {
  const child = runBackend(environment);
  const lines: string[] = [];
  child.stdout.on("data", (text) => lines.push(...String(text).trimEnd().split("\n")));
  const message = await child.getOneMessage();
  if (message !== "ready") throw new Error(`expected the message "ready", found ${JSON.stringify(message)}`);
  const port = Number(/Listening on [^ ]*:(\d+)$/m.exec(lines.join("\n"))?.[1]);
  return { child, lines, port };
}
