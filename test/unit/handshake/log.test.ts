import { expect, test } from "vitest";
import { markBackendLog, missingLines } from "../../../infra/handshake/log.ts";
import { masking, shownUrl } from "../../../infra/handshake/mask.ts";
import type { SshSession } from "../../../infra/host/ssh.ts";

test("every run's values must be found, and a missing line is named once", () => {
  const values = [new Map([["user", "2"]]), new Map([["user", "3"]])];
  expect(missingLines("User 2 came\nUser 2 left", ["User ${user} came", "left"], values)).toEqual([
    "/User 3 came/",
  ]);
  expect(missingLines("", ["left"], values)).toEqual(["/left/"]);
});

/** A host whose log is `text`. */
function hostWithLog(log: { text: string | undefined }): SshSession {
  const answer = (command: string) => {
    if (log.text === undefined) return { code: 1, stdout: "", stderr: "no such file\n" };
    const from = command.match(/^tail --bytes \+(\d+) \.pm2\/logs\/geo-backend-out\.log$/)?.[1];
    const stdout = from === undefined ? `${log.text.length}\n` : log.text.slice(Number(from) - 1);
    return { code: 0, stdout, stderr: "" };
  };
  return { exec: async (command) => answer(command) } as SshSession;
}

test("only what was written after the mark is read", async () => {
  const log = { text: "old line\n" as string | undefined };
  const read = await markBackendLog(hostWithLog(log), "geo-backend");
  expect(await read()).toBe("");
  log.text += "new line\n";
  expect(await read()).toBe("new line\n");
});

test("a log that was not there yet is read from its beginning; one that is not there at all is an error", async () => {
  const log: { text: string | undefined } = { text: undefined };
  const read = await markBackendLog(hostWithLog(log), "geo-backend");
  await expect(read()).rejects.toThrow("no such file");
  log.text = "first line\n";
  expect(await read()).toBe("first line\n");
});

test("a secret is masked in every form", () => {
  const mask = masking('a/b"c');
  expect(mask(`?token=${encodeURIComponent('a/b"c')} and ${JSON.stringify('a/b"c')} and a/b"c`)).toBe(
    '?token=<token> and "<token>" and <token>',
  );
  expect(masking("")("text")).toBe("text");
});

test("a URL is shown without its query", () => {
  expect(shownUrl("wss://[2001:db8::1]:8443/ws?token=x#y")).toBe("wss://[2001:db8::1]:8443/ws");
});
