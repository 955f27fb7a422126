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
import type { Application } from "../settings/applications.ts";
import { environmentStep, suffixed } from "../step-names.ts";
import { gateToken } from "./handshake-token.ts";
import { applyLine, input, plannedCommand, type StepContext, stepCommand } from "./step.ts";
import { upload } from "./upload.ts";

export interface Backend {
  command: remote.Command;
  /** Name of the release, made from its content. */
  release: pulumi.Output<string>;
}

/** The steps of all applications, one after the other: they share pm2, and a person reads what each of them says. */
export function backends(
  context: StepContext,
  applications: readonly Application[],
  { uploadAfter, dependsOn }: { uploadAfter: pulumi.Resource[]; dependsOn: pulumi.Resource[] },
): Backend[] {
  const all: Backend[] = [];
  for (const application of applications) {
    const before = all.map(({ command }) => command);
    all.push(backend(context, application, { uploadAfter, dependsOn: [...dependsOn, ...before] }));
  }
  return all;
}

/** Step `backend` of one application: the release in a folder of its own, its dependencies, and the application under pm2. */
function backend(
  context: StepContext,
  settings: Application,
  { uploadAfter, dependsOn }: { uploadAfter: pulumi.Resource[]; dependsOn: pulumi.Resource[] },
): Backend {
  const { step } = settings;
  const release = pulumi.output(readable(packReleaseOnce(settings, progress)));
  const resent = context.hostPlan.apply(({ facts }) => (facts ? timesResent(facts, step) : 0));
  // It travels while the packages are installed.
  const uploaded = upload(context, suffixed("release", step), {
    source: release.apply(archiveAsset),
    remotePath: release.apply(({ hash }) => uploadPath(hash, step)),
    resent,
    dependsOn: uploadAfter,
  });
  const secrets = secretEnvironment(context, settings, dependsOn);
  const command = stepCommand(context, step, {
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
function secretEnvironment(context: StepContext, settings: Application, dependsOn: pulumi.Resource[]) {
  const { step } = settings;
  const options = { script: scriptHash(step) };
  const text = pulumi
    .all([settings.backendSecretEnvironment, gateToken(settings)])
    .apply(([secrets, token]) => renderSecretEnvironment(settings, secrets, token));
  const plan = pulumi
    .unsecret(pulumi.all([context.hostPlan, text]))
    .apply(
      ([{ facts }, payload]) => facts && environmentPlan(facts, { payload, options, backend: settings }),
    );
  const command = plannedCommand(context, environmentStep(step), plan, {
    create: applyLine(context, step, "environment", options, plan),
    // Only for an `up` that ended between the two; a backend that was applied is undone by its own resource.
    delete: `sudo test -e /var/lib/geo-system/applied/${step} || sudo geo-system ${step} undo --for ${context.owner}`,
    ...input({ payload: text, secret: true }),
    dependsOn,
  });
  return { command, plan };
}
