import { expect, test } from "vitest";
import { refusedLogin } from "../../../../infra/host/credentials.ts";
import { resolveHostKey } from "../../../../infra/host/host-key.ts";
import { changedHostKey } from "../../../../infra/host/ssh-error.ts";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { diagnosisText } from "../../../../operate/diagnose/report.ts";
import { sshFailure } from "../../../../operate/diagnose/ssh-failure.ts";
import { startSshd } from "../../host/support/sshd.ts";
import { failing, healthy } from "./support/healthy.ts";

const { inside: _, ...unseen } = healthy;
const verdict = (changes: Partial<Observations>) => judge({ ...unseen, ...changes }).verdict;
const key = (letter: string) => `ssh-ed25519 ${Buffer.from(letter.repeat(51)).toString("base64")}`;
const target = { host: "203.0.113.7", port: 22, user: "ubuntu", hostKey: key("a") };

test("a login that is refused: the keys that were offered, and that sshd may keep the user out", () => {
  const refused = refusedLogin(target, { config: { agent: "" }, keys: ["SHA256:abc laptop"] });
  expect(verdict({ ssh: sshFailure(refused) })).toMatchObject({
    cause:
      "logging in to the host failed, so it was checked from outside only: ubuntu@203.0.113.7 accepts none of the keys it was offered",
    evidence: ["offered: SHA256:abc laptop"],
    fix: [
      expect.stringMatching(/^# Add the right one/),
      expect.stringMatching(/keep ubuntu out \(AllowUsers/),
    ],
    worry: "No: users are served. You cannot log in to the host.",
  });
});

test("an unknown host key beside another fault: the fingerprint to compare, and the commands that accept it", async () => {
  await using sshd = await startSshd();
  const { host, port, user } = sshd.target;
  const asked = resolveHostKey({ host, port, user, knownHosts: [] });
  const ssh = sshFailure(
    await asked.then(
      () => new Error("known"),
      (error: Error) => error,
    ),
  );
  const outside = failing({
    hop: "tcp",
    cause: "closed",
    seen: { url: "ws://203.0.113.7/ws", code: "ECONNREFUSED" },
  });
  const diagnosis = judge({ ...unseen, outside, ssh });
  expect(diagnosis.verdict?.hop).not.toBe("ssh");
  const text = diagnosisText(diagnosis, false);
  expect(text).toMatch(
    /ssh: logging in to the host failed, .*: the host key of 127\.0\.0\.1 port \d+ is not known/,
  );
  expect(text).toMatch(
    /# Compare ssh-ed25519 SHA256:\S+ with what the host's own console says: ssh-keygen -lf /,
  );
  expect(text).toMatch(/# ssh -o HostKeyAlgorithms=ssh-ed25519 -p \d+ ubuntu@127\.0\.0\.1 true\n/);
  expect(text).toMatch(/# npx pulumi config set hostKey 'ssh-ed25519 AAAA/);
  expect(diagnosis.others.at(-1)?.worry).toMatch(/^Not by itself: the fault above/);
  const silent = { ...ssh, hop: "tcp" as const };
  expect(judge({ ...unseen, outside, ssh: silent }).others.map(({ hop }) => hop)).not.toContain("ssh");
});

test("another host key: both fingerprints", () => {
  expect(verdict({ ssh: sshFailure(changedHostKey(target, key("b"))) })?.evidence.slice(0, 2)).toEqual([
    expect.stringMatching(/^expected: ssh-ed25519 SHA256:/),
    expect.stringMatching(/^found: +ssh-ed25519 SHA256:/),
  ]);
});

test("any other error: its first line, and whose login it was", () => {
  const ssh = sshFailure(new Error("the host key is not known\nTry: ssh-keyscan"));
  expect(ssh).toEqual({
    ...{ hop: "unknown", cause: "the host key is not known", seen: [], next: "Try: ssh-keyscan" },
  });
  expect(verdict({ ssh })?.evidence).toEqual(["the login: ubuntu@203.0.113.7, port 22"]);
});

test("one can log in, and not become root: what puts it right, and no word of a login", () => {
  const found = verdict({ blind: "sudo -n bash: sudo: a password is required" });
  expect(found).toMatchObject({
    cause:
      "ubuntu can log in, and not become root without a password, so the host was seen from outside only",
    fix: [
      expect.stringContaining(
        "/etc/sudoers.d/geo-system, and in it the line: ubuntu ALL=(ALL) NOPASSWD: ALL",
      ),
    ],
  });
  expect(found?.worry).not.toMatch(/log in/);
});

test("one can log in, and the host does not answer in time", () => {
  expect(verdict({ blind: '"sudo -n bash" did not end within 20 s' })?.fix).toEqual([
    "# look: ssh ubuntu@203.0.113.7 uptime",
  ]);
});
