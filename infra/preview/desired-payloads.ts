import { acmePayload } from "../render/acme.ts";
import { capacityPayload } from "../render/capacity.ts";
import { renderBackend } from "../render/ecosystem.ts";
import { type FileSet, fileSetPayload, packFileSetOnce } from "../render/file-set.ts";
import { firewallPayload } from "../render/firewall.ts";
import { handshakeProgram } from "../render/handshake-program.ts";
import { packagesPayload } from "../render/packages.ts";
import type { Release } from "../render/release.ts";
import { packReleaseOnce } from "../render/release-once.ts";
import type { ScriptedStep } from "../render/scripts.ts";
import { sitePayload } from "../render/site.ts";
import { applicationsOf } from "../settings/applications.ts";
import { fileRoutesOf } from "../settings/routes.ts";
import type { Settings } from "../settings/schema.ts";
import { progress } from "./progress.ts";

/** The settings that a plan needs, with the host known. */
export type Known = Pick<
  Settings,
  Exclude<keyof Settings, "hostKey" | "privateKey" | "privateKeyPassword" | "host">
> & { host: string };

/** Packs the releases and file sets, and renders what each step is to make of the host. */
export async function desiredPayloads(settings: Known) {
  const packed = await Promise.all(applicationsOf(settings).map((each) => packReleaseOnce(each, progress)));
  const sets = await Promise.all(
    fileRoutesOf(settings).map((route) => packFileSetOnce(route, settings, progress)),
  );
  return { packed, wanted: await wantedPayloads(settings, packed, sets) };
}

/** The payloads that are known before any resource: all but the certificate's and the secret environment's. */
async function wantedPayloads(
  settings: Known,
  releases: readonly Release[],
  sets: readonly FileSet[],
): Promise<Map<ScriptedStep, string>> {
  const capacity = capacityPayload(settings);
  const prover = await handshakeProgram();
  return new Map<ScriptedStep, string>([
    ["packages", packagesPayload(settings)],
    ["firewall", firewallPayload(settings)],
    ...sets.map((set) => [`file-set-${set.route.name}`, fileSetPayload(set, settings)] as const),
    ...(capacity === undefined ? [] : [["capacity", capacity] as const]),
    ["site", sitePayload(settings, settings.host)],
    ...(settings.tls === "acme" ? [["acme", acmePayload(settings, settings.host)] as const] : []),
    ...applicationsOf(settings).map(
      (each, i) => [each.step, renderBackend(each, releases[i] as Release, prover)] as const,
    ),
  ]);
}
