import { readFileSync } from "node:fs";
import { gatherFacts } from "../../../infra/host/gather.ts";
import { findingsOf } from "../../../infra/preview/found/findings.ts";
import { portSets } from "../../../infra/render/ports.ts";
import { sitePayload } from "../../../infra/render/site.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import { settingsFor } from "../../host/support/served-host.ts";
import type { TestHost } from "../host.ts";

/** What the preview of a first `up` finds on a host: one line each, without the site's diff. */
export async function firstPreview(host: TestHost, takeOver?: Settings["takeOver"]): Promise<string[]> {
  const settings = settingsFor(host, { takeOver });
  const site = sitePayload(settings, host.address);
  const login = { ...host.info, host: host.address, privateKey: readFileSync(host.info.keyPath, "utf8") };
  const facts = await gatherFacts(login, new Map([["site", site]]));
  expectNoneFailed(facts.failed);
  const findings = findingsOf(facts, site, settings, [
    { ...settings, step: "backend", ports: portSets(settings) },
  ]);
  return findings.map((each) => each.split("\n")[0] ?? "");
}

/** The trial of the site may: another site of the host has its requests. */
function expectNoneFailed({ candidate: _, ...failed }: Record<string, string>): void {
  if (Object.keys(failed).length > 0) throw new Error(JSON.stringify(failed, null, 2));
}
