import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withAgent } from "../../../infra/host/agent.ts";
import { agentKeys } from "../../../infra/host/credentials.ts";
import { publicKeyOf } from "../../../infra/host/public-key.ts";
import { haveAgent, keyFile, startTestAgent } from "./support/agent.ts";
import { type KeyPair, newKey } from "./support/sshd.ts";

/** A home without keys, so that those of the one who runs the tests do not matter. */
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-home-"));
  vi.stubEnv("HOME", home);
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What the agent of the run holds. */
async function held(): Promise<string[]> {
  const keys = await agentKeys(process.env.SSH_AUTH_SOCK ?? "");
  return keys.map((key) => publicKeyOf(key.getPublicSSH()));
}

const gone = (path: string) => vi.waitFor(() => expect(existsSync(path)).toBe(false));

async function usual(name: string, key: KeyPair) {
  await mkdir(join(home, ".ssh"), { recursive: true });
  return keyFile(join(home, ".ssh"), key, name);
}

test("where there is no key, the run starts without an agent", async () => {
  expect(await withAgent([], async () => process.env.SSH_AUTH_SOCK)).toBeUndefined();
});

test("a configured key that is not there is named", async () => {
  await expect(withAgent([join(home, "none")], async () => {})).rejects.toThrow(
    `the SSH key ${join(home, "none")} cannot be read: ENOENT`,
  );
});

describe.runIf(haveAgent)("with OpenSSH's agent", () => {
  test("brings an agent with the configured key for the run, and none is left afterwards", async () => {
    const key = newKey();
    const file = await keyFile(home, key);
    const socket = await withAgent([file], async () => {
      expect(await held()).toEqual([key.public]);
      return process.env.SSH_AUTH_SOCK as string;
    });
    expect(process.env.SSH_AUTH_SOCK).toBeUndefined();
    await expect(agentKeys(socket)).rejects.toThrow("no SSH agent answers");
    await gone(dirname(socket));
  });

  test("takes the usual keys of ~/.ssh where none is configured", async () => {
    const [rsa, ed25519] = [newKey("rsa"), newKey()];
    await usual("id_rsa", rsa);
    await usual("id_ed25519", ed25519);
    expect(await withAgent([], held)).toEqual([ed25519.public, rsa.public]);
  });

  test("leaves the operator's own agent alone where it has the key", async () => {
    const key = newKey();
    const file = await keyFile(home, key);
    await using own = await startTestAgent(newKey(), key);
    vi.stubEnv("SSH_AUTH_SOCK", own.socket);
    expect(await withAgent([file], async () => process.env.SSH_AUTH_SOCK)).toBe(own.socket);
    await usual("id_ed25519", newKey());
    expect(await withAgent([], async () => process.env.SSH_AUTH_SOCK)).toBe(own.socket);
  });

  test("brings one where the operator's own is empty, or has other keys than the configured one", async () => {
    const key = newKey();
    const file = await keyFile(home, key);
    await using empty = await startTestAgent();
    await using other = await startTestAgent(newKey());
    for (const { socket } of [empty, other]) {
      vi.stubEnv("SSH_AUTH_SOCK", socket);
      expect(await withAgent([file], held)).toEqual([key.public]);
      expect(process.env.SSH_AUTH_SOCK).toBe(socket);
    }
  });

  test("brings one where SSH_AUTH_SOCK is a left-over of an agent that has ended", async () => {
    vi.stubEnv("SSH_AUTH_SOCK", join(home, "socket"));
    const key = newKey();
    expect(await withAgent([await keyFile(home, key)], held)).toEqual([key.public]);
  });

  test("ends the agent when the run fails", async () => {
    const file = await keyFile(home, newKey());
    let socket = "";
    const run = async () => {
      socket = process.env.SSH_AUTH_SOCK as string;
      throw new Error("the run failed");
    };
    await expect(withAgent([file], run)).rejects.toThrow("the run failed");
    await expect(agentKeys(socket)).rejects.toThrow("no SSH agent answers");
  });

  test("a key that ssh-add refuses is named, and no agent is left", async () => {
    const file = await keyFile(home, newKey());
    await chmod(file, 0o644);
    const run = vi.fn(async () => {});
    await expect(withAgent([file], run)).rejects.toThrow(new RegExp(`^ssh-add ${file} failed: `));
    expect(run).not.toHaveBeenCalled();
  });

  test("a program that is killed leaves no agent behind", async () => {
    const file = await keyFile(home, newKey());
    const program = fileURLToPath(new URL("support/with-agent.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", program, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    const socket = String(line).trim();
    expect(await agentKeys(socket)).toHaveLength(1);
    child.kill("SIGKILL");
    await vi.waitFor(() => expect(agentKeys(socket)).rejects.toThrow("no SSH agent answers"));
  });
});

test("a machine without OpenSSH says what to install", async () => {
  const file = await keyFile(home, newKey());
  vi.stubEnv("PATH", home);
  await expect(withAgent([file], async () => {})).rejects.toThrow(
    /^ssh-agent did not start: .*ENOENT\nInstall OpenSSH's client \(sudo apt-get install openssh-client\)/,
  );
});
