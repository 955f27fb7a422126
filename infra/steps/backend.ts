import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readable } from "../readable-error.ts";
import { renderBackend, renderSecretEnvironment } from "../render/ecosystem.ts";
import { packRelease, type Release, uploadPath } from "../render/release.ts";
import type { Settings } from "../settings/schema.ts";
import { applyLine, input, resourceOptions, type StepContext, stepCommand } from "./step.ts";

export interface Backend {
  command: remote.Command;
  /** Name of the release, made from its content. */
  release: pulumi.Output<string>;
}

/** Step `backend`: the release in a folder of its own, its dependencies, and the application under pm2. */
export function backend(context: StepContext, settings: Settings, dependsOn: pulumi.Resource[]): Backend {
  const release = pulumi.output(readable(packRelease(settings.backendSource)));
  const uploaded = upload(context, release);
  const environment = secretEnvironment(context, settings, dependsOn);
  const command = stepCommand(context, "backend", {
    payload: release.apply((packed) => renderBackend(settings, packed)),
    options: { environment: pulumi.unsecret(environment.stdout).apply(generation) },
    dependsOn: [...dependsOn, uploaded, environment],
  });
  return { command, release: release.hash };
}

/** The release as one archive; nothing depends on the host yet, so it travels while the packages are installed. */
function upload(context: StepContext, release: pulumi.Output<Release>): remote.CopyToRemote {
  return new remote.CopyToRemote(
    `${context.name}-release`,
    {
      connection: context.connection,
      source: release.apply(({ archivePath }) => new pulumi.asset.FileAsset(archivePath)),
      remotePath: release.apply(({ hash }) => uploadPath(hash)),
    },
    { parent: context.parent },
  );
}

/** The secret environment enters by a stdin of its own; what comes back says only whether it changed. */
function secretEnvironment(
  context: StepContext,
  settings: Settings,
  dependsOn: pulumi.Resource[],
): remote.Command {
  return new remote.Command(
    `${context.name}-environment`,
    {
      connection: context.connection,
      create: applyLine("backend", "environment"),
      // Only for an `up` that ended between the two; a backend that was applied is undone by its own resource.
      delete: "sudo test -e /var/lib/geo-system/applied/backend || sudo geo-system backend undo",
      ...input({
        payload: pulumi
          .output(settings.backendSecretEnvironment)
          .apply((secrets) => renderSecretEnvironment(settings, secrets)),
        secret: true,
      }),
    },
    resourceOptions(context, dependsOn),
  );
}

/** The line `generation …` of the script's output. */
function generation(stdout: string): string {
  const [, name] = /^generation (\S+)$/m.exec(stdout) ?? [];
  if (!name)
    throw new pulumi.RunError(
      "backend environment: expected a line `generation …` from the host, found none",
    );
  return name;
}
