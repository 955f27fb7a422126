import { describe, expect, it } from "vitest";
import { connectOnceBooted } from "../../../infra/host/boot-wait.ts";
import type { HostConnection } from "../../../infra/host/connection.ts";
import type { SshSession } from "../../../infra/host/ssh.ts";
import { SshError, type SshHop } from "../../../infra/host/ssh-error.ts";

const connection = { host: "203.0.113.7", port: 22, user: "ubuntu", hostKey: "" } as HostConnection;
const session = {} as SshSession;

/** A machine whose dials fail at these hops, one after the other, and then succeed. */
function machine(...hops: SshHop[]) {
  const said: string[] = [];
  const dial = async () => {
    const hop = hops.shift();
    if (hop) throw new SshError(hop, `${hop} failed`, "try again");
    return session;
  };
  const wait = (seconds: number) =>
    connectOnceBooted(connection, { say: (line) => said.push(line), seconds, everyMs: 1, dial });
  return { said, wait, left: hops };
}

describe("a machine that this run may have made", () => {
  it("is dialled once, and nothing is said, where it answers", async () => {
    const { said, wait } = machine();
    expect(await wait(180)).toBe(session);
    expect(said).toEqual([]);
  });

  it("is waited for until sshd is there and lets its user in, and that is said once", async () => {
    const { said, wait, left } = machine("tcp", "tcp", "ssh", "login");
    expect(await wait(180)).toBe(session);
    expect(left).toEqual([]);
    expect(said).toEqual(["Waiting for 203.0.113.7 to boot, 180 s at most: tcp failed"]);
  });

  it.each<SshHop>(["host key", "name"])("is not waited for where its %s is at fault", async (hop) => {
    const { said, wait, left } = machine(hop, "tcp");
    await expect(wait(180)).rejects.toMatchObject({ hop });
    expect(left).toEqual(["tcp"]);
    expect(said).toEqual([]);
  });

  it("is given up when the time is over, with what the last dial said", async () => {
    const { wait } = machine(...Array.from({ length: 10_000 }, (): SshHop => "tcp"));
    await expect(wait(0.05)).rejects.toThrow("tcp failed\ntry again");
  });
});
