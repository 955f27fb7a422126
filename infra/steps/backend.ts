import { createHash } from "node:crypto";
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { environmentPlan } from "../preview/own-plans.ts";
import { progress } from "../preview/progress.ts";
import { timesResent } from "../preview/resent.ts";
import { readable } from "../readable-error.ts";
import { renderBackend, renderSecretEnvironment } from "../render/ecosystem.ts";
import { handshakeProgram } from "../render/handshake-program.ts";
import { type Release, uploadPath } from "../render/release.ts";
import { packReleaseOnce } from "../render/release-once.ts";
import { scriptHash } from "../render/scripts.ts";
import type { Settings } from "../settings/schema.ts";
import { gateToken } from "./handshake-token.ts";
import { applyLine, input, plannedCommand, type StepContext, stepCommand } from "./step.ts";
import { upload } from "./upload.ts";

export interface Backend {
  command: remote.Command;
  /** Name of the release, made from its content. */
  release: pulumi.Output<string>;
}

/** Step `backend`: the release in a folder of its own, its dependencies, and the application under pm2. */
export function backend(
  context: StepContext,
  settings: Settings,
  { uploadAfter, dependsOn }: { uploadAfter: pulumi.Resource[]; dependsOn: pulumi.Resource[] },
): Backend {
  const release = pulumi.output(readable(packReleaseOnce(settings, progress)));
  const resent = context.look.apply(({ facts }) => (facts ? timesResent(facts, "backend") : 0));
  // It travels while the packages are installed.
  const uploaded = upload(context, "release", {
    source: release.apply(archiveAsset),
    remotePath: release.apply(({ hash }) => uploadPath(hash)),
    resent,
    dependsOn: uploadAfter,
  });
  const secrets = secretEnvironment(context, settings, dependsOn);
  const command = stepCommand(context, "backend", {
    payload: pulumi
      .all([release, readable(handshakeProgram())])
      .apply(([packed, prover]) => renderBackend(settings, packed, prover)),
    // The application restarts with its secrets: the word of their run is a part of its own.
    options: pulumi.all([secrets.plan, resent]).apply(
      ([plan, count]): Record<string, string> => ({
        ...(plan && { secrets: plan.run }),
        ...(count > 0 && { archive: String(count) }),
      }),
    ),
    dependsOn: [...dependsOn, uploaded, secrets.command],
  });
  return { command, release: release.hash };
}

/**
 * Pulumi tells by the hash of an asset whether it has to travel. That of a built release is made from its name, which
 * says what it was built from: its bytes are others on each machine that builds it.
 */
function archiveAsset({ archivePath, hash, build }: Release): pulumi.asset.Asset {
  const asset = new pulumi.asset.FileAsset(archivePath);
  const named = { hash: createHash("sha256").update(hash).digest("hex") };
  return build.length === 0 ? asset : Object.assign(asset, named);
}

/** The secret environment enters by a stdin of its own. */
function secretEnvironment(context: StepContext, settings: Settings, dependsOn: pulumi.Resource[]) {
  const options = { script: scriptHash("backend") };
  const text = pulumi
    .all([settings.backendSecretEnvironment, gateToken(settings)])
    .apply(([secrets, token]) => renderSecretEnvironment(settings, secrets, token));
  const plan = pulumi
    .unsecret(pulumi.all([context.look, text]))
    .apply(
      ([{ facts }, payload]) => facts && environmentPlan(facts, { payload, options, backend: settings }),
    );
  const command = plannedCommand(context, "environment", plan, {
    create: applyLine(context, "backend", "environment", options, plan),
    // Only for an `up` that ended between the two; a backend that was applied is undone by its own resource.
    delete: `sudo test -e /var/lib/geo-system/applied/backend || sudo geo-system backend undo --for ${context.owner}`,
    ...input({ payload: text, secret: true }),
    dependsOn,
  });
  return { command, plan };
}
