import { ExecaError, execa } from "execa";
import { afterEach, expect, it, vi } from "vitest";
import { untilReady } from "../../../sandbox/host/ready.ts";

const name = "nobody";
const info = {
  ...{ name, address: "198.18.0.9", port: 22, user: "ubuntu" },
  ...{ keyPath: "/dev/null", hostKey: "ssh-ed25519 AAAA" },
};
const runs = () => true;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** As ssh fails, with these words. */
async function refuse(words: string): Promise<never> {
  await execa("sh", ["-c", 'echo "$1" >&2; exit 255', "sh", words]);
  throw new Error("it did not fail");
}

it("ends with the first login", async () => {
  const login = vi.fn().mockRejectedValueOnce(new Error("not yet")).mockResolvedValue(undefined);
  await untilReady(info, { login, runs });
  expect(login).toHaveBeenCalledTimes(2);
});

it("says what it waited for, how long, what ssh said last and what to do, without a command line of its own", async () => {
  const login = () => refuse("Warning\nssh: connect to host 198.18.0.9 port 22: Connection refused");
  const error = await untilReady(info, { login, runs, within: 300 }).catch((failed: Error) => failed);
  expect(error?.message).toMatch(
    new RegExp(
      `^The sandbox "nobody" does not answer: waited \\d s for a login as ubuntu@198\\.18\\.0\\.9 by SSH, ` +
        `which said last: ssh: connect to host 198\\.18\\.0\\.9 port 22: Connection refused\\.\n` +
        `It is still on, .* the same command again goes on where this one ended\\..*sandbox -- reset --name nobody\n`,
    ),
  );
  expect(error?.message).not.toContain("exit code");
  expect(error?.cause).toBeInstanceOf(ExecaError);
});

it("gives up at once on one that ended, with the last of its console", async () => {
  const login = vi.fn().mockRejectedValue(new Error("refused"));
  await expect(untilReady(info, { login, runs: () => false })).rejects.toThrow(
    /^The sandbox "nobody" does not answer: it ended while it was starting\.\nThe last lines of \S+console\.log:/,
  );
  expect(login).toHaveBeenCalledTimes(1);
});

it("waits three minutes, and says so every half minute", async () => {
  vi.useFakeTimers();
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const login = vi.fn().mockRejectedValue(new Error("refused"));
  const failed = expect(untilReady(info, { login, runs })).rejects.toThrow("waited 3 min 0 s");
  await vi.advanceTimersByTimeAsync(181_000);
  await failed;
  const lines = said.mock.calls.map(([line]) => line);
  expect(lines.slice(0, 2)).toEqual([
    'Waiting for the sandbox "nobody" to answer, 30 s\n',
    'Waiting for the sandbox "nobody" to answer, 1 min 0 s\n',
  ]);
});
