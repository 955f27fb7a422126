import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import type { KeyPair } from "./sshd.ts";

/** OpenSSH's agent is there; without it the tests of agents are left out. */
export const haveAgent = existsSync("/usr/bin/ssh-agent") && existsSync("/usr/bin/ssh-add");

export interface TestAgent extends AsyncDisposable {
  socket: string;
  process: ChildProcess;
}

/** A real ssh-agent with these keys. */
export async function startTestAgent(...keys: KeyPair[]): Promise<TestAgent> {
  const folder = await mkdtemp(join(tmpdir(), "test-agent-"));
  const socket = join(folder, "socket");
  const process = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  await vi.waitFor(() => answers(socket)); // its socket is there a moment before it listens
  for (const key of keys) {
    const file = await keyFile(folder, key);
    await promisify(execFile)("ssh-add", ["-q", file], {
      env: { SSH_AUTH_SOCK: socket, PATH: "/usr/bin:/bin" },
    });
  }
  return {
    socket,
    process,
    async [Symbol.asyncDispose]() {
      const ended = once(process, "exit");
      process.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(socket: string): Promise<void> {
  const connection = connect(socket);
  await once(connection, "connect");
  connection.destroy();
}

let files = 0;

/** The key as a file in that folder, as ssh-keygen leaves it. */
export async function keyFile(folder: string, key: KeyPair, name = `key-${files++}`): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, key.private, { mode: 0o600 });
  return file;
}
