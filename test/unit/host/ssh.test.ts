import { expect, test } from "vitest";
import { connect } from "../../../infra/host/ssh.ts";
import { newKey, type SshdOptions, startSshd } from "./support/sshd.ts";

const key = newKey();
const sshd = (options: SshdOptions = {}) => startSshd({ authorized: [key.public], ...options });

test("runs commands, with input, output, errors and exit code", async () => {
  await using host = await sshd({
    async onCommand(command, channel, input) {
      const sent = await input();
      channel.write(`ran ${command} with ${sent}`);
      channel.stderr.write("a warning");
      channel.exit(3);
      channel.end();
    },
  });
  await using session = await connect({ ...host.target, privateKey: key.private });
  expect(await session.exec("geo-system site check", { input: "ä payload" })).toEqual({
    stdout: "ran geo-system site check with ä payload",
    stderr: "a warning",
    code: 3,
  });
  expect(host.logins).toEqual(["ubuntu ssh-ed25519"]);
});

test("runs several commands at once on one connection", async () => {
  await using host = await sshd({
    onCommand(command, channel) {
      channel.write(command);
      channel.exit(0);
      channel.end();
    },
  });
  await using session = await connect({ ...host.target, privateKey: key.private });
  const results = await Promise.all(["a", "b", "c"].map((command) => session.exec(command)));
  expect(results.map(({ stdout }) => stdout)).toEqual(["a", "b", "c"]);
  expect(host.logins).toHaveLength(1);
});

test("a signal counts as in a shell: 128 and its number", async () => {
  await using host = await sshd({
    onCommand(_command, channel) {
      channel.exit("KILL", false);
      channel.end();
    },
  });
  await using session = await connect({ ...host.target, privateKey: key.private });
  expect(await session.exec("sleep 9")).toMatchObject({ code: 137 });
});

test("gives a command up that does not end", async () => {
  await using host = await sshd({ onCommand() {} });
  await using session = await connect({ ...host.target, privateKey: key.private });
  await expect(session.exec("sleep 9", { timeoutMs: 50 })).rejects.toThrow(
    '"sleep 9" did not end within 0.05 s\nIt may still run on the host: log in and look with ps',
  );
});

test("says so when the connection is lost while a command runs", async () => {
  await using host = await sshd({ onCommand: (_command, _channel, _input, client) => client.end() });
  await using session = await connect({ ...host.target, privateKey: key.private });
  await expect(session.exec("sleep 9")).rejects.toThrow(
    `the connection to 127.0.0.1 port ${host.target.port} was lost while "sleep 9" ran\nRun the same again`,
  );
});

test("says so when the connection is lost before a command", async () => {
  const host = await sshd();
  await using session = await connect({ ...host.target, privateKey: key.private });
  await host[Symbol.asyncDispose]();
  await expect(session.exec("true")).rejects.toThrow(/was lost while "true" ran/);
});

test("goes through a jump host, each verified by its own key", async () => {
  await using jump = await sshd();
  await using host = await sshd({
    onCommand(_command, channel) {
      channel.exit(0);
      channel.end("through");
    },
  });
  await using session = await connect({ ...host.target, jumpHost: jump.target, privateKey: key.private });
  expect(await session.exec("true")).toMatchObject({ stdout: "through" });
  expect(jump.logins).toHaveLength(1);
});

test("ends the connection to the jump host when the host behind it fails", async () => {
  await using jump = await sshd();
  await using host = await startSshd();
  const connection = { ...host.target, jumpHost: jump.target, privateKey: key.private };
  await expect(connect(connection)).rejects.toThrow("accepts none of the keys");
});

test("names the jump host that does not let through", async () => {
  await using jump = await sshd({ forwarding: false });
  const connection = { host: "10.0.0.5", port: 22, user: "ubuntu", hostKey: key.public };
  await expect(connect({ ...connection, jumpHost: jump.target, privateKey: key.private })).rejects.toThrow(
    /^the jump host cannot reach 10\.0\.0\.5: .*\nLog in to the jump host and try from there: nc -vz 10\.0\.0\.5 22$/,
  );
});

test("follows a command, whose input ends when it is to end", async () => {
  await using host = await sshd({
    async onCommand(_command, channel, input) {
      channel.write("one\n");
      channel.write(`and then ${await input()}`);
      channel.exit(0);
      channel.end();
    },
  });
  await using session = await connect({ ...host.target, privateKey: key.private });
  const end = new AbortController();
  let text = "";
  const onText = (piece: string) => {
    text += piece;
    if (text === "one\n") end.abort();
  };
  const ended = await session.follow("follow", { input: "a script", onText, signal: end.signal });
  expect(ended).toEqual({ stdout: "", stderr: "", code: 0 });
  expect(text).toBe("one\nand then a script");
});

test("a command that does not notice that it is to end loses its channel", async () => {
  await using host = await sshd({ onCommand() {} });
  await using session = await connect({ ...host.target, privateKey: key.private });
  const followed = session.follow("sleep 9", { input: "", onText() {}, signal: AbortSignal.abort() });
  await expect(followed).rejects.toThrow("was lost while");
});
