import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HostKeyRequest, resolveHostKey } from "../../../infra/host/host-key.ts";
import { fingerprint } from "../../../infra/host/public-key.ts";
import { newKey, startSshd } from "./support/sshd.ts";

/** Nothing listens there: whoever dials is found out. */
const undialled = { host: "203.0.113.10", port: 22, user: "ubuntu", timeoutMs: 1 };
const [a, b, ecdsa, rsa] = [newKey(), newKey(), newKey("ecdsa"), newKey("rsa")];

async function knowing(...lines: string[]): Promise<Pick<HostKeyRequest, "knownHosts">> {
  const file = join(await mkdtemp(join(tmpdir(), "known-hosts-")), "known_hosts");
  await writeFile(file, lines.join("\n"));
  return { knownHosts: [file] };
}

test("the configured key counts first, without its comment", async () => {
  const hostKey = `${a.public} root@host`;
  expect(
    await resolveHostKey({ ...undialled, hostKey, ...(await knowing(`203.0.113.10 ${b.public}`)) }),
  ).toBe(a.public);
});

test("a configured key that is none is refused by the name of its setting", async () => {
  const request = { ...undialled, hostKey: "SHA256:abc", setting: "jumpHostKey" };
  await expect(resolveHostKey(request)).rejects.toThrow(
    'jumpHostKey: expected a public key such as "ssh-ed25519 AAAA…", found "SHA256:abc"',
  );
  await expect(resolveHostKey({ ...undialled, hostKey: rsa.public })).rejects.toThrow(
    "hostKey: expected a key of type ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, found ssh-rsa",
  );
});

test("a known host is not dialled; of its keys the ed25519 one is taken", async () => {
  const lines = [rsa, ecdsa, a].map((key) => `203.0.113.10 ${key.public}`);
  expect(await resolveHostKey({ ...undialled, ...(await knowing(...lines)) })).toBe(a.public);
  expect(await resolveHostKey({ ...undialled, ...(await knowing(...lines.slice(0, 2))) })).toBe(ecdsa.public);
});

test("an unknown host stops with its fingerprint and the commands that accept it", async () => {
  await using sshd = await startSshd({ hostKeys: [ecdsa, a] });
  const { host, port, user } = sshd.target;
  await expect(resolveHostKey({ host, port, user, ...(await knowing()) })).rejects.toThrow(
    [
      `the host key of 127.0.0.1 port ${port} is not known: any machine could answer there`,
      `found: ${fingerprint(a.public)}`,
      `Compare ${fingerprint(a.public)} with what the host's own console says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`,
      "If they are the same, accept it for yourself, or for everybody who uses this stack:",
      `  ssh -o HostKeyAlgorithms=ssh-ed25519 -p ${port} ubuntu@127.0.0.1 true`,
      `  npx pulumi config set hostKey '${a.public}'`,
    ].join("\n"),
  );
  expect(sshd.logins).toEqual([]);
});

test("a host that is known by an RSA key alone says so", async () => {
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  const known = await knowing(`[127.0.0.1]:${port} ${rsa.public}`);
  await expect(resolveHostKey({ host, port, user, ...known })).rejects.toThrow(
    `the host key of 127.0.0.1 port ${port} is not known in a form that can be pinned: any machine could answer there`,
  );
});

test("a host that has an RSA key alone is refused with the reason, and with what makes another one", async () => {
  await using sshd = await startSshd({ hostKeys: [rsa] });
  const { host, port, user } = sshd.target;
  await expect(resolveHostKey({ host, port, user, ...(await knowing()) })).rejects.toThrow(
    /has no host key that can be pinned, probably an RSA key alone: .* SHA-1 form[\s\S]*sudo ssh-keygen -A/,
  );
});

test("of several known keys of one kind, the one that the host shows is taken", async () => {
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  const known = await knowing(`[127.0.0.1]:${port} ${b.public}`, `[127.0.0.1]:${port} ${a.public}`);
  expect(await resolveHostKey({ host, port, user, ...known })).toBe(a.public);
});

test("a host that shows none of several known keys has changed", async () => {
  await using sshd = await startSshd({ hostKeys: [newKey()] });
  const { host, port, user } = sshd.target;
  const known = await knowing(`[127.0.0.1]:${port} ${b.public}`, `[127.0.0.1]:${port} ${a.public}`);
  await expect(resolveHostKey({ host, port, user, ...known })).rejects.toThrow("IS NOT THE HOST IT WAS");
});

test("a host known on port 22 is known on another port by the same key, and by no other", async () => {
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  expect(await resolveHostKey({ host, port, user, ...(await knowing(`127.0.0.1 ${a.public}`)) })).toBe(
    a.public,
  );
  const other = await knowing(`127.0.0.1 ${b.public}`);
  await expect(resolveHostKey({ host, port, user, ...other })).rejects.toThrow("is not known");
});

test("a revoked key is refused", async () => {
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  await expect(
    resolveHostKey({ host, port, user, ...(await knowing(`@revoked * ${a.public}`)) }),
  ).rejects.toThrow(
    `127.0.0.1 port ${port} shows ${fingerprint(a.public)}, which known_hosts marks as @revoked`,
  );
});

test("an unknown host behind a jump host is dialled through it", async () => {
  const login = newKey();
  await using jump = await startSshd({ authorized: [login.public] });
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  const through = { jumpHost: jump.target, privateKey: login.private };
  await expect(resolveHostKey({ host, port, user, ...through, ...(await knowing()) })).rejects.toThrow(
    `  ssh -o HostKeyAlgorithms=ssh-ed25519 -J ubuntu@127.0.0.1:${jump.target.port} -p ${port} ubuntu@127.0.0.1 true`,
  );
  expect(jump.logins).toHaveLength(1);
});

test("an unknown host that cannot be reached says that", async () => {
  await expect(
    resolveHostKey({ ...undialled, host: "no-such-host.invalid", ...(await knowing()), timeoutMs: 5_000 }),
  ).rejects.toThrow("the name no-such-host.invalid cannot be resolved");
});

test("a host for which known_hosts trusts a CA alone says why its key is needed", async () => {
  await using sshd = await startSshd({ hostKeys: [a] });
  const { host, port, user } = sshd.target;
  const known = await knowing(`@cert-authority * ${b.public}`);
  await expect(resolveHostKey({ host, port, user, ...known })).rejects.toThrow(
    "known_hosts trusts a CA for it (@cert-authority); Pulumi's plug-in knows no certificates of hosts and needs the key",
  );
});
