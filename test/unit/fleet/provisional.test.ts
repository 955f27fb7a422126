import { expect, it } from "vitest";
import type { FollowOptions, SshSession } from "../../../infra/host/ssh.ts";
import { holdReleases } from "../../../infra/steps/provisional.ts";

/** A host that follows until its input ends, or says at once why not. */
function hostThat(refuses?: string) {
  const asked: string[] = [];
  const follow = (command: string, { signal }: FollowOptions) => {
    asked.push(command);
    const ended = { stdout: "", stderr: refuses ?? "", code: refuses ? 1 : 0 };
    if (refuses !== undefined) return Promise.resolve(ended);
    return new Promise<typeof ended>((resolve) => signal.addEventListener("abort", () => resolve(ended)));
  };
  return { asked, session: { follow } as unknown as SshSession };
}

it("holds the release of each application until its verdict", async () => {
  const { asked, session } = hostThat();
  const held = holdReleases(session, ["backend-api", "backend-chat"]);
  expect(await Promise.race([held.lost, Promise.resolve("held")])).toBe("held");
  await held.end();
  expect(asked).toEqual(["sudo -n bash -s -- backend-api backend-chat"]);
});

it("fails where the host does not hold it", async () => {
  const { session } = hostThat("sudo: a password is required");
  await expect(holdReleases(session, ["backend"]).lost).rejects.toThrow(
    "the host does not hold its release: sudo: a password is required",
  );
});
