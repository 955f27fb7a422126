import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { progress } from "../preview/progress.ts";
import { timesResent } from "../preview/resent.ts";
import { readable } from "../readable-error.ts";
import { fileSetPayload, fileSetUpload, packFileSetOnce } from "../render/file-set.ts";
import { fileRoutesOf } from "../settings/routes.ts";
import type { Settings } from "../settings/schema.ts";
import { type StepContext, stepCommand } from "./step.ts";
import { upload } from "./upload.ts";

/** A step `file-set-NAME` for each route of files: a release of its own, which nginx serves by a link. */
export function fileSets(
  context: StepContext,
  settings: Settings,
  { uploadAfter, dependsOn }: { uploadAfter: pulumi.Resource[]; dependsOn: pulumi.Resource[] },
): remote.Command[] {
  return fileRoutesOf(settings).map((route) => {
    const step = `file-set-${route.name}` as const;
    const resent = context.hostPlan.apply(({ facts }) => (facts ? timesResent(facts, step) : 0));
    const set = pulumi.output(readable(packFileSetOnce(route, settings, progress)));
    const uploaded = upload(context, `file-upload-${route.name}`, {
      source: set.apply(({ archivePath }) => new pulumi.asset.FileAsset(archivePath)),
      remotePath: set.apply(fileSetUpload),
      resent,
      dependsOn: uploadAfter,
    });
    return stepCommand(context, step, {
      payload: set.apply((known) => fileSetPayload(known, settings)),
      options: resent.apply((count): Record<string, string> => (count > 0 ? { archive: String(count) } : {})),
      dependsOn: [...dependsOn, uploaded],
    });
  });
}
