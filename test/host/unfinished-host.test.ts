import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { driftOf } from "../../infra/host/drift.ts";
import { gatherFacts } from "../../infra/host/gather.ts";
import { capacityPayload } from "../../infra/render/capacity.ts";
import { fileSetPayload, fileSetUpload, packFileSet } from "../../infra/render/file-set.ts";
import { firewallPayload } from "../../infra/render/firewall.ts";
import { packagesPayload } from "../../infra/render/packages.ts";
import { type FilesRoute, fileRoutesOf } from "../../infra/settings/routes.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import type { TestHost } from "../support/host.ts";
import { makeCertificate, payloadOf } from "./support/certificates.ts";
import { commandThatIsCut, cutAt } from "./support/cut.ts";
import { settingsFor, startServedHost } from "./support/served-host.ts";

/*
 * As unfinished.test.ts, of the steps that are the host's own: a run of each is cut off after each of its changes in turn,
 * and is refused. The next preview calls nothing of what it left an edit of a person, for the state that the run wanted
 * and for the one before; the next run of either finishes the work, and then there is no drift.
 */
let host: TestHost;
let folder: string;

type State = "before" | "after";
type Payloads = Record<State, string>;
const states: State[] = ["before", "after"];

const byState = (
  render: (changes: Partial<Settings>, state: State) => string,
  after: Partial<Settings>,
): Payloads => ({
  before: render({}, "before"),
  after: render(after, "after"),
});

/** By step: what it is told in each state, and what it refuses. */
let wanted: Record<string, Payloads>;
const refused: Record<string, string> = {
  packages: "node-version no-version\n",
  firewall: "allow 99999/tcp\n",
  capacity: "expected-connections nobody\n",
  certificate: "file /etc/geo-system/certificate/fullchain.pem\nno certificate\n",
  "file-set-root": "release none\n",
};

async function render(): Promise<Record<string, Payloads>> {
  const [first, second] = [await makeCertificate(), await makeCertificate()];
  return {
    packages: byState((changes) => packagesPayload(settingsFor(host, changes)), { hostServices: ["cron"] }),
    firewall: byState(
      (changes) => firewallPayload({ tls: "self-signed", firewallTimeout: 120, ...changes }),
      { tls: "off" },
    ),
    certificate: { before: payloadOf(first), after: payloadOf(second) },
    capacity: {
      before: capacityPayload({ expectedConnections: 20_000 }) ?? "",
      after: capacityPayload({ expectedConnections: 60_000 }) ?? "",
    },
    "file-set-root": { before: await fileSet("before"), after: await fileSet("after") },
  };
}

/** The archives of the file set, as an upload brings them before each run: a run that ends removes its archive. */
const uploads = new Map<State, { path: string; archive: string }>();

/** Packs a release of files for that state. Returns its payload. */
async function fileSet(state: State): Promise<string> {
  writeFileSync(join(folder, "index.html"), `<!doctype html>${state}`);
  const routes = { "/ws": { websocket: true }, "/": { files: folder } } as Settings["routes"];
  const settings = settingsFor(host, { routes });
  const set = await packFileSet(fileRoutesOf(settings)[0] as FilesRoute);
  const archive = readFileSync(set.archivePath).toString("base64");
  uploads.set(state, { path: fileSetUpload(set), archive });
  return fileSetPayload(set, settings);
}

async function upload(state: State): Promise<void> {
  const { path = "", archive = "" } = uploads.get(state) ?? {};
  await host.run(`install -d -m 0700 .geo-system && base64 -d > ${path}`, { input: archive });
}

async function apply(step: string, state: State): Promise<void> {
  if (step === "file-set-root") await upload(state);
  const said = await host.run(`sudo geo-system ${step} apply`, { input: wanted[step]?.[state] ?? "" });
  if (said.includes("\narmed ")) await host.run(`sudo geo-system ${step} confirm`);
}

/** What a preview of that state calls drift, in this step. */
async function drift(step: string, state: State): Promise<string[]> {
  const login = { ...host.info, host: host.address, privateKey: readFileSync(host.info.keyPath, "utf8") };
  const payload = wanted[step]?.[state] ?? "";
  const facts = await gatherFacts(login, new Map([[step, payload]]));
  return driftOf(step, facts, payload).map(({ reason }) => reason);
}
const byHand = (reasons: string[]) =>
  reasons.filter((reason) => /was edited on the host|was deleted on the host/.test(reason));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "网页 dist-"));
  host = await startServedHost("unfinished-host");
  await host.installCommand(commandThatIsCut());
  await host.run("sudo systemctl disable -q --now cron"); // for a service that a run starts and enables
  wanted = await render();
  for (const step of Object.keys(wanted)) await apply(step, "before");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await host?.[Symbol.asyncDispose]();
});

describe.sequential.each(Object.keys(refused))("step %s", (step) => {
  it("leaves nothing that a preview calls an edit, wherever a run was cut", async () => {
    expect(await drift(step, "before")).toEqual([]);
    let cuts = 0;
    while (await cutAt(host, cuts + 1, () => apply(step, "after"))) {
      cuts++;
      for (const state of states)
        expect(byHand(await drift(step, state)), `cut after change ${cuts}, ${state}`).toEqual([]);
      await apply(step, "before");
      expect(await drift(step, "before"), `finished after cut ${cuts}`).toEqual([]);
    }
    expect(cuts).toBeGreaterThan(0);
    expect(await drift(step, "after")).toEqual([]);
  });

  it("leaves nothing of a run that was refused", async () => {
    await host.fails(`sudo geo-system ${step} apply`, { input: refused[step] ?? "" });
    expect(await drift(step, "after")).toEqual([]);
    await apply(step, "before");
    expect(await drift(step, "before")).toEqual([]);
  });
});
