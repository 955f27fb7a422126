import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Release } from "../../infra/render/release.ts";
import { parseReleases } from "../../operate/rollback/releases.ts";
import { waitFor } from "../support/wait.ts";
import type { FixtureBackend } from "./support/backend.ts";
import { result } from "./support/served-host.ts";
import { startBackendHost, type Users } from "./support/users.ts";

/*
 * A handover that is cut off, forgotten, or undone by an operator: old or new serves all the time, and the next apply
 * or the host itself ends the matter.
 */
let backend: FixtureBackend;
let users: Users;
let one: Release;
let two: Release;

/** The script alone, as the lock names it: what it had started goes on for a moment, as after any such end. */
const killRun = "sudo kill -KILL $(sudo sed -n 's/.* process \\([0-9]*\\),.*/\\1/p' /run/geo-system/lock)";
const phase = () =>
  backend.host.run("sudo cat /var/lib/geo-system/backend/handover/phase 2>/dev/null || true");

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("cut"));
  backend.patience = { ...backend.patience, probation: 1 };
  one = await backend.release("one");
  await backend.apply(one);
  two = await backend.release("two");
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

/** Starts the apply of a release and kills it as soon as `when` holds. */
async function killWhen(release: Release, what: string, when: () => Promise<boolean>): Promise<void> {
  const run = backend.start(release).catch(() => "killed");
  await waitFor(what, when, { within: 60_000, every: 50 });
  await backend.host.run(killRun);
  await run;
}

describe("an apply that is killed", () => {
  it("while the new release proves itself leaves the old one, and the next apply goes through", async () => {
    const { probation } = backend.patience;
    await users.unnoticed(async () => {
      // Long enough to be killed in, however busy this machine is.
      backend.patience = { ...backend.patience, probation: 30 };
      await killWhen(two, "the standby", async () =>
        (await backend.applications()).includes("geo-backend-standby"),
      );
      backend.patience = { ...backend.patience, probation };
      expect((await backend.seen()).release).toBe("one");
      expect(await backend.apply(two)).toContain("is confirmed");
    });
    expect((await backend.seen()).release).toBe("two");
    expect(await backend.applications()).toEqual(["geo-backend"]);
    expect(await backend.check()).toBe("unchanged");
  });

  it("in the middle of the confirmation has confirmed: the next apply finishes it", async () => {
    using user = await users.connect();
    await backend.upload(one);
    await users.unnoticed(async () => {
      await backend.start(one);
      const confirmed = backend.confirm().catch(() => "killed");
      await waitFor("the confirmation", async () => (await phase()) === "confirmed", { every: 50 });
      await backend.host.run(killRun);
      await confirmed;
      expect(await backend.apply(one)).toContain("an earlier run was cut short");
    });
    expect((await user.closed).at).toBeGreaterThan(0);
    expect((await backend.seen()).release).toBe("one");
    expect(await backend.applications()).toEqual(["geo-backend"]);
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("a release that nobody confirms", () => {
  it("is taken back by the host itself", async () => {
    backend.patience = { ...backend.patience, "confirm-within": 3 };
    await users.unnoticed(async () => {
      await backend.start(two);
      await waitFor("the way back", async () => (await backend.seen()).release === "one", { within: 30_000 });
    });
    await waitFor("its end", async () => (await phase()) === "", { within: 30_000 });
    expect(await backend.record()).toContain("it was not confirmed in time");
    expect(await backend.applications()).toEqual(["geo-backend"]);
    backend.patience = { ...backend.patience, "confirm-within": 60 };
  });

  it("is gone after a power cut: the old one comes back alone, and the next apply goes through", async () => {
    await backend.upload(two);
    await backend.start(two);
    await backend.host.reboot();
    await waitFor("the old release", async () => (await backend.seen()).release === "one", {
      within: 60_000,
    });
    await waitFor("nginx", async () => (await users.connect())[Symbol.dispose](), { within: 30_000 });
    expect(await backend.applications()).toEqual(["geo-backend"]);
    await users.unnoticed(() => backend.apply(two));
    expect((await backend.seen()).release).toBe("two");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("rollback", () => {
  const rollback = (words = "") => backend.host.run(`sudo geo-system backend rollback ${words}`);

  it("lists the releases, the running one named", async () => {
    const releases = parseReleases(await backend.host.run("sudo geo-system backend releases"));
    expect(releases.map(({ name, running }) => [name, running])).toEqual([
      [two.hash, true],
      [one.hash, false],
    ]);
  });

  it("goes back to the release before, by the same gate, and the check tells", async () => {
    const said = await users.unnoticed(() => rollback());
    expect(said).toContain("handshake passed on ws://127.0.0.1:3001/ws");
    expect((await backend.seen()).release).toBe("one");
    expect(await backend.record()).toMatch(/^why: rollback$/m);
    const check = await backend.host.fails("sudo geo-system backend check");
    expect(check).toMatch(
      new RegExp(
        `^rolled back: release ${one.hash} runs in the place of ${two.hash}, since .* UTC, by ubuntu from 198`,
        "m",
      ),
    );
    expect(check).not.toContain("ecosystem.config.cjs");
    expect(await backend.host.run("sudo tail -n 1 /var/log/geo-system/journal")).toMatch(
      new RegExp(`verb=rollback\trelease=${one.hash}\tresult=applied`),
    );
  });

  it("changes nothing where the release runs already, or is not there", async () => {
    expect(result(await rollback(`--to ${one.hash}`))).toBe("unchanged");
    const said = await backend.host.fails("sudo geo-system backend rollback --to 0123456789ab");
    expect(said).toContain("release 0123456789ab is not on this host");
  });

  it("is refused while the release of another run waits for its proof, which is named", async () => {
    await backend.start(two);
    const said = await backend.host.fails(`sudo geo-system backend rollback --to ${one.hash}`);
    expect(said).toMatch(new RegExp(`release ${two.hash}, started by ubuntu from \\S+, waits for its proof`));
    await backend.takeBack("a story");
    expect((await backend.seen()).release).toBe("one");
  });

  it("is ended by the next apply, which goes on to what is configured", async () => {
    await backend.upload(two);
    await users.unnoticed(() => backend.apply(two));
    expect((await backend.seen()).release).toBe("two");
    expect(await backend.check()).toBe("unchanged");
  });
});
