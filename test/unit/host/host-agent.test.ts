import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { agentKeys } from "../../../infra/host/credentials.ts";
import { withHostAgent } from "../../../infra/host/host-agent.ts";
import { publicKeyOf } from "../../../infra/host/public-key.ts";
import { unreachable } from "../../../infra/host/ssh-error.ts";
import { optionTarget } from "../../../operate/target/option-target.ts";
import { haveAgent, keyFile, startTestAgent } from "./support/agent.ts";
import { newKey } from "./support/sshd.ts";

/** A home with an ssh_config of its own. */
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ssh-home-"));
  mkdirSync(join(home, ".ssh"));
  vi.stubEnv("HOME", home);
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const configure = (text: string) => writeFileSync(join(home, ".ssh/config"), text);

async function held(): Promise<string[]> {
  const keys = await agentKeys(process.env.SSH_AUTH_SOCK ?? "");
  return keys.map((key) => publicKeyOf(key.getPublicSSH()));
}

describe.runIf(haveAgent)("the keys of a host", () => {
  test("are those of its IdentityFile where no agent holds any, and it is said", async () => {
    const key = newKey();
    await keyFile(join(home, ".ssh"), newKey(), "id_ed25519");
    const file = await keyFile(home, key, "prod_key");
    configure(`Host 203.0.113.7\n  IdentityFile ~/prod_key\n  IdentityFile ~/none\n`);
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    expect(await withHostAgent("203.0.113.7", [], held, say)).toEqual([key.public]);
    expect(said).toEqual([`203.0.113.7: the key is ${file}, by IdentityFile of ssh_config`]);
    expect(await withHostAgent("203.0.113.8", [], held, say)).not.toContain(key.public);
  });

  test("are those of the agent that IdentityAgent names, for the run alone", async () => {
    const key = newKey();
    await using agent = await startTestAgent(key);
    configure(`Host prod\n  IdentityAgent ${agent.socket}\n`);
    expect(await withHostAgent("prod", [], held, () => {})).toEqual([key.public]);
    expect(process.env.SSH_AUTH_SOCK).toBeUndefined();
  });

  test("are an agent's own where it holds any: none is taken from it", async () => {
    const key = newKey();
    await using agent = await startTestAgent(key);
    vi.stubEnv("SSH_AUTH_SOCK", agent.socket);
    await keyFile(home, newKey(), "other");
    configure("Host *\n  IdentityFile ~/other\n");
    expect(await withHostAgent("prod", [], held, () => {})).toEqual([key.public]);
  });
});

describe("--host with a name of ssh_config", () => {
  test("is dialled where and as whom it says; options count more", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    configure(
      "Host prod\n HostName 203.0.113.7\n User deploy\n Port 2222\n ProxyJump gate\nHost gate\n HostName 198.51.100.1\n User jump\n",
    );
    expect(await optionTarget({ host: "prod" })).toMatchObject({
      ...{ host: "203.0.113.7", user: "deploy", sshPort: 2222 },
      ssh: "ssh -J jump@198.51.100.1:22 -p 2222 deploy@203.0.113.7",
      urls: ["ws://203.0.113.7/ws", "wss://203.0.113.7/ws"],
    });
    expect(said.mock.calls.flat()).toEqual([
      "prod: HostName 203.0.113.7, User deploy, Port 2222, ProxyJump gate, by ssh_config",
    ]);
    expect(await optionTarget({ host: "prod", user: "root", port: "22", jumpHost: "other" })).toMatchObject({
      ...{ host: "203.0.113.7", user: "root", sshPort: 22, ssh: "ssh -J other root@203.0.113.7" },
    });
  });

  test("that goes through several hosts is refused with what to do", async () => {
    configure("Host prod\n ProxyJump one,two\n");
    await expect(optionTarget({ host: "prod" })).rejects.toThrow(
      "ProxyJump of ssh_config: expected one host to go through, found one,two\n  next: --jump-host",
    );
  });
});

test("a configured host that only ssh_config knows is told in the configuration's own words", () => {
  configure("Host prod\n HostName 203.0.113.7\n User deploy\n");
  expect(unreachable({ host: "prod", port: 22 }, "ENOTFOUND", 5).next).toBe(
    "It is a name of your ssh_config. Others have another one: let the configuration say what it stands for\n" +
      "  npx pulumi config set-all --plaintext host=203.0.113.7 --plaintext user=deploy",
  );
  expect(unreachable({ host: "other", port: 22 }, "ENOTFOUND", 5).next).toContain("getent hosts other");
});
