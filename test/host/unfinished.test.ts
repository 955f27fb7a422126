import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { driftOf } from "../../infra/host/drift.ts";
import type { Facts } from "../../infra/host/facts.ts";
import { gatherFacts } from "../../infra/host/gather.ts";
import { environmentPlan } from "../../infra/preview/own-plans.ts";
import type { Release } from "../../infra/render/release.ts";
import { sitePayload } from "../../infra/render/site.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { type FixtureBackend, fixtureHandshake, secrets } from "./support/backend.ts";
import { commandThatIsCut, cutAt } from "./support/cut.ts";
import { startBackendHost } from "./support/users.ts";

/*
 * A run is cut off after each of its changes in turn. Whatever it left, the next preview calls nothing of it an edit of a
 * person, neither for the state that the run wanted nor for the one before, to which somebody may go back.
 */
let backend: FixtureBackend;
let one: Release;
let two: Release;

const library = "/usr/local/lib/geo-system";
const unit = "/etc/systemd/system/pm2-ubuntu.service";
const changed: Partial<Settings> = {
  websocketPath: "/live",
  handshake: { steps: fixtureHandshake.steps?.slice(0, 1) } as Settings["handshake"],
};
const rotated = { ...secrets, TOKEN: "canary-2" };

interface Desired {
  settings: Partial<Settings>;
  release: () => Release;
  values: Record<string, string>;
}
const before: Desired = { settings: {}, release: () => one, values: secrets };
const after: Desired = { settings: changed, release: () => two, values: rotated };

const sitePart = (settings: Partial<Settings>) =>
  sitePayload(backend.settings(settings), backend.host.address);
const payloads = ({ settings, release }: Desired) =>
  new Map([
    ["site", sitePart(settings)],
    ["backend", backend.payload(release(), settings)],
  ]);

const steps: Record<string, (desired: Desired) => Promise<unknown>> = {
  site: ({ settings }) => backend.applySite(settings),
  environment: ({ values }) => backend.environment(values),
  backend: async ({ settings, release }) => {
    await backend.upload(release()); // the host keeps the archive of the release in use alone
    return backend.apply(release(), settings);
  },
};
const applyAll = async (desired: Desired) => {
  for (const apply of Object.values(steps)) await apply(desired);
};

function gather(desired: Desired): Promise<Facts> {
  const { info, address } = backend.host;
  const login = { ...info, host: address, privateKey: readFileSync(info.keyPath, "utf8") };
  return gatherFacts(login, payloads(desired));
}

/** What a preview of that desired state calls drift. */
function driftIn(facts: Facts, desired: Desired): string[] {
  const settings = backend.settings(desired.settings);
  const payload = backend.secretPayload(desired.values);
  const environment = environmentPlan(facts, { payload, options: {}, backend: settings }).drift;
  const others = [...payloads(desired)].flatMap(([step, text]) => driftOf(step, facts, text));
  // The secrets are sent here without the word of a run.
  return [...others, ...environment].map(({ reason }) => reason).filter((it) => !/no record of/.test(it));
}
const driftFor = async (desired: Desired) => driftIn(await gather(desired), desired);

const byHand = /was edited on the host|was deleted on the host/;
const saidByHand = (facts: Facts, desired: Desired) =>
  driftIn(facts, desired).filter((it) => byHand.test(it));

beforeAll(async () => {
  ({ backend } = await startBackendHost("unfinished"));
  await backend.host.installCommand(commandThatIsCut());
  // As `pm2 startup` leaves it, before this package comes.
  await backend.host.run(`sudo tee ${unit}`, { input: unitByHand });
  one = await backend.release("one");
  two = await backend.release("two");
  await applyAll(before);
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

const unitByHand = `[Service]
Type=forking
User=ubuntu
Environment=PATH=/usr/local/bin:/usr/bin:/bin PM2_HOME=/home/ubuntu/.pm2
PIDFile=/home/ubuntu/.pm2/pm2.pid
ExecStart=/usr/local/bin/pm2 resurrect
ExecStop=/usr/local/bin/pm2 kill
[Install]
WantedBy=multi-user.target`;

describe.sequential("a preview", () => {
  it("is clean where the boot unit was there before this package, which keeps it", async () => {
    expect(await backend.host.run(`cat ${unit}`)).toBe(unitByHand);
    expect(await driftFor(before)).toEqual([]);
    await backend.host.run(`sudo systemctl disable -q pm2-ubuntu`);
    expect(await driftFor(before)).toEqual(["pm2-ubuntu.service does not start at boot"]);
    await backend.host.run(`sudo systemctl enable -q pm2-ubuntu`);
  });

  it.each(Object.keys(steps))(
    "calls nothing an edit, after whichever change a run of step %s was cut",
    async (step) => {
      const run = steps[step] as (desired: Desired) => Promise<unknown>;
      let cuts = 0;
      while (await cutAt(backend.host, cuts + 1, () => run(after))) {
        cuts++;
        const facts = await gather(after);
        expect(saidByHand(facts, after), `${step}, cut after change ${cuts}`).toEqual([]);
        expect(saidByHand(facts, before), `${step}, cut after change ${cuts}, and back`).toEqual([]);
        await run(before);
      }
      expect(cuts).toBeGreaterThan(0);
      await applyAll(before);
      expect(await driftFor(before)).toEqual([]);
    },
    300_000,
  );

  it("calls nothing an edit where a release was refused, whose secrets are there already, and whose handshake is not", async () => {
    const broken = await backend.release("broken", { "server.js": "process.exit(3);\n" });
    const wanted: Desired = { ...after, release: () => broken };
    await backend.environment(rotated);
    await backend.refused(broken, changed);
    const facts = await gather(wanted);
    expect(saidByHand(facts, wanted)).toEqual([]);
    const back = driftIn(facts, before);
    expect(back.filter((it) => byHand.test(it))).toEqual([]);
    expect(back.filter((it) => it.includes("handshake.json"))).toEqual([]);
  });

  it("still names what a person edits or deletes after that run", async () => {
    await backend.host.run(
      `echo ' ' | sudo tee -a ${library}/handshake.json; sudo rm ${library}/signals.cjs`,
    );
    await backend.host.run(
      "echo LATER=1 | sudo tee -a /srv/geo-backend/environments/$(sudo cat /var/lib/geo-system/backend/generation)",
    );
    expect(saidByHand(await gather(after), after)).toEqual([
      expect.stringMatching(/signals\.cjs was deleted on the host/),
      expect.stringMatching(/handshake\.json was edited on the host/),
      expect.stringMatching(/secret\.env was edited on the host/),
    ]);
    await applyAll(before);
    expect(await driftFor(before)).toEqual([]);
    await backend.host.fails("sudo ls /var/lib/geo-system/unfinished");
  });
});
