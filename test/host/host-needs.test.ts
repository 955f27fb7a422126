import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatherFacts } from "../../infra/host/gather.ts";
import { needsRefused } from "../../infra/preview/needs.ts";
import { packagesPayload } from "../../infra/render/packages.ts";
import { commandText } from "../../infra/render/scripts.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { untilPrints } from "../support/wait.ts";
import { FixtureBackend } from "./support/backend.ts";
import { result, settingsFor } from "./support/served-host.ts";

const command = "sudo geo-system packages apply";
const stored = fileURLToPath(new URL("fixtures/stored-backend", import.meta.url));
const redis = { hostPackages: ["redis-server"], hostServices: ["redis-server.service"] };
const both = {
  hostPackages: ["redis-server", "postgresql"],
  hostServices: ["redis-server.service", "postgresql.service"],
};

let host: TestHost;
let backend: FixtureBackend;

const payload = (changes: Partial<Settings> = {}) => packagesPayload(settingsFor(host, changes));
const apply = (changes?: Partial<Settings>) => host.run(command, { input: payload(changes) });
const refused = (changes: Partial<Settings>) => host.fails(command, { input: payload(changes) });
const check = () => host.run("sudo geo-system packages check");
const connection = () => ({
  ...host.info,
  host: host.address,
  privateKey: readFileSync(host.info.keyPath, "utf8"),
});
/** What a preview would refuse. */
const preview = async (changes: Partial<Settings>) =>
  needsRefused(await gatherFacts(connection(), new Map([["packages", payload(changes)]])));
const serves = () =>
  untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /starts/, { within: 30_000 });

beforeAll(async () => {
  host = await startHost("needs");
  await host.installCommand(commandText());
  backend = await FixtureBackend.on(host, { hostServices: redis.hostServices });
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe.sequential("what the backend needs of the host", () => {
  it("is refused by its name where apt knows no such package, and nothing is installed", async () => {
    expect(await refused({ hostPackages: ["redis-sever", "redis-server"] })).toContain(
      "hostPackages: apt knows no package redis-sever; nothing was installed",
    );
    expect(await host.run("command -v redis-server nginx node || true")).toBe("");
    const [said] = await preview({ hostPackages: ["redis-sever"] });
    expect(said).toMatch(/^hostPackages: apt on the host knows no package redis-sever \(its lists are of 20/);
  });

  it("is not refused in the preview where apt has the lists of the main part alone, as an `up` before may leave them", async () => {
    const universe = "/var/lib/apt/lists/*_universe_*";
    await host.run(`sudo mkdir /tmp/lists && sudo mv ${universe} /tmp/lists`);
    expect(await preview({ hostPackages: ["redis-server"] })).toEqual([]);
    await host.run("sudo mv /tmp/lists/* /var/lib/apt/lists");
  });

  it("is installed, runs and starts at boot, and the second time nothing is done", async () => {
    expect(await preview(redis)).toEqual([]); // its package brings the unit
    const said = await apply(redis);
    expect(said).toMatch(/installed .*redis-server/);
    expect(
      await host.run("systemctl is-active redis-server; systemctl is-enabled redis-server; redis-cli ping"),
    ).toBe("active\nenabled\nPONG");
    expect(await check()).toBe("unchanged");
    expect(await apply(redis)).toBe("unchanged");
  });

  it("listens on loopback only", async () => {
    expect(await host.run("ss -Hltn sport = :6379 | awk '{ print $4 }' | sort")).toBe(
      "127.0.0.1:6379\n[::1]:6379",
    );
  });

  it("is refused where there is no such unit, or it is masked, in the preview too", async () => {
    const absent = { ...redis, hostServices: ["redis-sever.service"] };
    expect(await refused(absent)).toContain("hostServices: this host has no unit redis-sever.service");
    expect(await preview(absent)).toEqual([
      expect.stringContaining("the host has no unit redis-sever.service"),
    ]);
    await host.run("sudo systemctl mask -q --now redis-server");
    expect(await refused(redis)).toContain("redis-server.service is masked on this host");
    expect(await preview(redis)).toEqual([
      expect.stringContaining("redis-server.service is masked on the host"),
    ]);
    await host.run("sudo systemctl unmask -q redis-server");
  });

  it("is drift where it was stopped or disabled by hand, and is brought up again", async () => {
    await host.run("sudo systemctl disable -q --now redis-server");
    const facts = await gatherFacts(connection(), new Map([["packages", payload(redis)]]));
    expect(facts.differs.packages).toEqual([
      "redis-server is not running (inactive)",
      "redis-server is not enabled at boot",
    ]);
    expect(await apply(redis)).toMatch(/started redis-server\nredis-server starts at boot\napplied$/);
    expect(await check()).toBe("unchanged");
  });

  it("fails with the service's own lines where it cannot start, and mends once it can", async () => {
    await host.run(
      "sudo systemctl stop redis-server && echo 'no-such-word 1' | sudo tee -a /etc/redis/redis.conf",
    );
    expect(await refused(redis)).toMatch(/redis-server does not start\n {2}next: its own lines are above/);
    await host.run("sudo sed -i '$d' /etc/redis/redis.conf");
    await apply(redis); // or systemd itself, which tries again as its unit says
    expect(await check()).toBe("unchanged");
  });

  it("serves a backend that keeps its state there", async () => {
    await backend.environment({ REDIS_URL: "redis://127.0.0.1:6379" });
    await backend.apply(await backend.release("redis", {}, stored), redis);
    expect(JSON.parse(await serves())).toMatchObject({ starts: 1 });
  });

  it("is up before the backend after a reboot, so that it never fails for the lack of it", async () => {
    await host.reboot();
    await serves();
    const started = (unit: string, property: string) =>
      host.run(`systemctl show -p ${property} --value ${unit}`).then(Number);
    expect(await started("redis-server", "ActiveEnterTimestampMonotonic")).toBeLessThan(
      await started("pm2-ubuntu", "InactiveExitTimestampMonotonic"),
    );
    const [app] = JSON.parse(await host.run("pm2 jlist | tail -n 1")) as {
      pm2_env: { restart_time: number };
    }[];
    expect(app?.pm2_env.restart_time).toBe(0);
  });

  it("takes PostgreSQL as well, on loopback, with a role of its own", async () => {
    expect(await apply(both)).toMatch(/installed .*postgresql/);
    expect(await host.run("ss -Hltn sport = :5432 | awk '{ print $4 }' | sort")).toBe(
      "127.0.0.1:5432\n[::1]:5432",
    );
    // As docs/backend.md has it: the socket, and the name of the user who runs the backend.
    await host.run("sudo -u postgres createuser ubuntu && sudo -u postgres createdb --owner ubuntu app");
    await backend.environment({
      REDIS_URL: "redis://127.0.0.1:6379",
      DATABASE_URL: "postgresql:///app?host=/var/run/postgresql",
    });
    await backend.apply(await backend.release("both", {}, stored), both);
    expect(JSON.parse(await serves()).rows).toBeGreaterThan(0);
  });

  it("sees that a cluster of PostgreSQL is down, though postgresql itself counts as active", async () => {
    await host.run("sudo systemctl stop 'postgresql@*'");
    expect(await host.run("systemctl is-active postgresql")).toBe("active");
    expect(await host.fails("sudo geo-system packages check")).toMatch(
      /postgresql@\d+-main is not running \(inactive\)/,
    );
    expect(await apply(both)).toMatch(/started postgresql@\d+-main/);
  });

  it("is given back once the backend runs without it: stopped and disabled, its data there", async () => {
    await backend.environment({ REDIS_URL: "redis://127.0.0.1:6379" });
    expect(await apply(redis)).toContain("postgresql is no longer in hostPackages, and stays installed");
    expect(await host.run("systemctl is-active postgresql")).toBe("active"); // the running release still needs it
    const said = await backend.apply(await backend.release("redis again", {}, stored), redis);
    expect(said).toContain("stopped postgresql, which did not run before; its data stays");
    expect(
      await host.run(
        "systemctl is-enabled postgresql; sudo find /var/lib/postgresql -name PG_VERSION -path '*/main/PG_VERSION'",
      ),
    ).toMatch(/^disabled\n.*PG_VERSION$/);
    expect(await host.run("ss -Hltn sport = :5432")).toBe("");
  });

  it("is as before after undo, and what stays installed is named", async () => {
    await host.run("sudo geo-system backend undo");
    const said = await host.run("sudo geo-system packages undo");
    expect(said).toContain("stopped redis-server, which did not run before; its data stays");
    expect(result(said)).toMatch(/^applied: kept .*postgresql.*redis-server/);
    expect(await host.run("systemctl is-enabled redis-server || true; sudo ls /var/lib/redis")).toMatch(
      /^disabled\n/,
    );
  });

  it("leaves a service alone that ran before", async () => {
    await host.run("sudo systemctl enable -q --now redis-server");
    expect(await apply(redis)).not.toContain("redis-server");
    expect(await host.run("sudo geo-system packages undo")).not.toContain("stopped");
    expect(await host.run("systemctl is-active redis-server; systemctl is-enabled redis-server")).toBe(
      "active\nenabled",
    );
  });
});
