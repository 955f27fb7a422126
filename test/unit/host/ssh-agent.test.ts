import { afterEach, describe, expect, test, vi } from "vitest";
import { fingerprint } from "../../../infra/host/public-key.ts";
import { connect } from "../../../infra/host/ssh.ts";
import { haveAgent, startTestAgent } from "./support/agent.ts";
import { newKey, startSshd } from "./support/sshd.ts";

const key = newKey();
const somewhere = { host: "203.0.113.10", port: 22, user: "ubuntu", hostKey: newKey().public };

afterEach(() => {
  vi.unstubAllEnvs();
});

test("without an agent it says what to type, and dials nobody", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", "");
  await expect(connect(somewhere)).rejects.toThrow(
    [
      "there is no SSH agent (SSH_AUTH_SOCK is not set)",
      'Start one: eval "$(ssh-agent)" && ssh-add',
      "Or use npm run up, which brings one for its run",
    ].join("\n"),
  );
});

test("an agent that has ended is named by its socket", async () => {
  await expect(connect(somewhere, { agentSocket: "/nowhere/agent" })).rejects.toThrow(
    'no SSH agent answers at SSH_AUTH_SOCK=/nowhere/agent: Failed to connect to agent\nStart one: eval "$(ssh-agent)" && ssh-add',
  );
});

describe.runIf(haveAgent)("with OpenSSH's agent", () => {
  test("an agent without keys says what to type", async () => {
    await using agent = await startTestAgent();
    await expect(connect(somewhere, { agentSocket: agent.socket })).rejects.toThrow(
      "the SSH agent holds no key\nGive it yours: ssh-add",
    );
  });

  test.each(["ed25519", "ecdsa", "rsa"] as const)(
    "logs in by an %s key, also as the second one",
    async (type) => {
      const good = newKey(type);
      await using agent = await startTestAgent(key, good);
      await using host = await startSshd({ authorized: [good.public] });
      await using session = await connect(host.target, { agentSocket: agent.socket });
      expect(session).toBeDefined();
      expect(host.logins).toHaveLength(1);
    },
  );

  test("takes the agent of the environment", async () => {
    await using agent = await startTestAgent(key);
    vi.stubEnv("SSH_AUTH_SOCK", agent.socket);
    await using host = await startSshd({ authorized: [key.public] });
    await using session = await connect(host.target);
    expect(session).toBeDefined();
  });

  test("names the keys of the agent that the host does not accept", async () => {
    const [one, two] = [newKey(), newKey("ecdsa")];
    await using agent = await startTestAgent(one, two);
    await using host = await startSshd();
    const refused = await connect(host.target, { agentSocket: agent.socket }).catch(
      (error: Error) => error.message,
    );
    const named = (key: string) => expect.stringContaining(`  ${fingerprint(key)} /`);
    expect(String(refused).split("\n")).toEqual([
      `ubuntu@127.0.0.1 port ${host.target.port} accepts none of the keys it was offered:`,
      named(one.public),
      named(two.public),
      `Add the right one (ssh-add <file>), or let this one in: ssh-copy-id -p ${host.target.port} ubuntu@127.0.0.1`,
      "If the key is right, sshd may keep ubuntu out (AllowUsers, AllowGroups): on the host's console: sudo sshd -T | grep -iE '^(allow|deny)'",
    ]);
  });
});
