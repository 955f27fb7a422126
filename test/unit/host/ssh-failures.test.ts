import { createServer } from "node:net";
import { expect, test } from "vitest";
import type { HostConnection } from "../../../infra/host/connection.ts";
import { fingerprint } from "../../../infra/host/public-key.ts";
import { connect } from "../../../infra/host/ssh.ts";
import { SshError } from "../../../infra/host/ssh-error.ts";
import { closedPort, listen } from "../handshake/support/listen.ts";
import { newKey, startSshd } from "./support/sshd.ts";

const key = newKey();

async function failure(
  connection: HostConnection,
  options: { timeoutMs?: number; agentSocket?: string } = {},
) {
  const error = await connect(connection, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof SshError)) throw new Error(`expected an SshError, found ${error}`);
  return error;
}

const to = (port: number, host = "127.0.0.1"): HostConnection => {
  return { host, port, user: "ubuntu", hostKey: newKey().public, privateKey: key.private };
};

test("a name that does not exist", async () => {
  const error = await failure(to(22, "no-such-host.invalid"));
  expect(error.hop).toBe("name");
  expect(error.message).toMatch(
    /^the name no-such-host\.invalid cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/,
  );
});

test("a port where nothing listens", async () => {
  const port = await closedPort();
  const error = await failure(to(port));
  expect(error.hop).toBe("tcp");
  expect(error.message).toBe(
    [
      `127.0.0.1 refuses connections on port ${port}: no sshd listens there`,
      "If it listens elsewhere: npx pulumi config set port <port>. Else, on the host's console: sudo systemctl status ssh",
    ].join("\n"),
  );
});

test("a port that takes the connection and says nothing", async () => {
  await using silent = await listen(createServer());
  const error = await failure(to(silent.port), { timeoutMs: 400 });
  expect(error.hop).toBe("ssh");
  expect(error.message).toContain(
    `127.0.0.1 port ${silent.port} took the connection, but SSH did not answer within 0.4 s`,
  );
});

test("a port where something else listens", async () => {
  await using web = await listen(createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
  const error = await failure(to(web.port));
  expect(error.hop).toBe("ssh");
  expect(error.message).toMatch(new RegExp(`^SSH to 127\\.0\\.0\\.1 port ${web.port} failed: `));
  expect(error.next).toBe(`Try: nc 127.0.0.1 ${web.port}, which must show SSH-2.0-…`);
});

test("a host that closes during the login", async () => {
  await using host = await startSshd({ authorized: [key.public] });
  const closing = await listen(createServer((socket) => socket.end("SSH-2.0-x\r\n")));
  const error = await failure(to(closing.port));
  expect(error.hop).toBe("ssh");
  await closing[Symbol.asyncDispose]();
  expect(host.logins).toEqual([]);
});

test("a host whose key has changed is warned of, and nothing is sent to it", async () => {
  const [old, now] = [newKey(), newKey()];
  await using host = await startSshd({ hostKeys: [now], authorized: [key.public] });
  const error = await failure({ ...host.target, hostKey: old.public, privateKey: key.private });
  expect(error.hop).toBe("host key");
  expect(error.message).toBe(
    [
      `WARNING: 127.0.0.1 port ${host.target.port} IS NOT THE HOST IT WAS: IT SHOWS ANOTHER HOST KEY.`,
      `expected: ${fingerprint(old.public)}`,
      `found:    ${fingerprint(now.public)}`,
      "Someone may be intercepting the connection, or the host was reinstalled.",
      "Nothing was sent to it.",
      "Only if you know that it was reinstalled, and its console shows the fingerprint found above:",
      `  ssh-keygen -R '[127.0.0.1]:${host.target.port}'    forgets the old key of known_hosts, and`,
      `  npx pulumi config set hostKey '${now.public}'    where the configuration holds it`,
    ].join("\n"),
  );
  expect(host.logins).toEqual([]);
});

test("of several host keys the pinned kind is asked for", async () => {
  const [ecdsa, ed25519] = [newKey("ecdsa"), newKey()];
  await using host = await startSshd({ hostKeys: [ecdsa, ed25519], authorized: [key.public] });
  for (const pinned of [ecdsa, ed25519]) {
    await using session = await connect({ ...host.target, hostKey: pinned.public, privateKey: key.private });
    expect(session).toBeDefined();
  }
});

test("a host without a key of the pinned kind", async () => {
  await using host = await startSshd({ hostKeys: [newKey("ecdsa")] });
  const error = await failure({ ...host.target, hostKey: newKey().public, privateKey: key.private });
  expect(error.hop).toBe("host key");
  expect(error.message).toBe(
    [
      `127.0.0.1 port ${host.target.port} has no ssh-ed25519 key, and that is the pinned one`,
      `See what it has: ssh-keyscan -p ${host.target.port} 127.0.0.1`,
    ].join("\n"),
  );
});

test("a host that does not accept the configured key", async () => {
  await using host = await startSshd();
  const error = await failure({ ...host.target, privateKey: key.private });
  expect(error.hop).toBe("login");
  expect(error.message).toBe(
    [
      `ubuntu@127.0.0.1 port ${host.target.port} accepts none of the keys it was offered:`,
      `  ${fingerprint(key.public)} of the configuration`,
      `Add the right one (ssh-add <file>), or let this one in: ssh-copy-id -p ${host.target.port} ubuntu@127.0.0.1`,
      "If the key is right, sshd may keep ubuntu out (AllowUsers, AllowGroups): on the host's console: sudo sshd -T | grep -iE '^(allow|deny)'",
    ].join("\n"),
  );
});

test("a configured key that cannot be read, without showing it", async () => {
  const locked = newKey("ed25519", "open sesame");
  const error = await failure({ ...to(22), privateKey: locked.private });
  expect(error.message).toMatch(/^the configured privateKey cannot be used: .*no passphrase given/);
  expect(error.message).not.toContain(locked.private.split("\n")[1]);
  const rubbish = await failure({ ...to(22), privateKey: key.public });
  expect(rubbish.message).toContain("the configured privateKey cannot be used: it is a public key");
});

test("a configured key with its pass phrase", async () => {
  const locked = newKey("ed25519", "open sesame");
  await using host = await startSshd({ authorized: [locked.public] });
  const keys = { privateKey: locked.private, privateKeyPassword: "open sesame" };
  await using session = await connect({ ...host.target, ...keys });
  expect(session).toBeDefined();
});
