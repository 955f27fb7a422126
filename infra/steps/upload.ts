import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { keepWhenSilent, type StepContext } from "./step.ts";

/** A file that travels to the host, before the step that takes it up. */
export function upload(
  context: StepContext,
  name: string,
  {
    source,
    remotePath,
    resent = pulumi.output(0),
    dependsOn,
  }: {
    source: pulumi.Output<pulumi.asset.Asset>;
    remotePath: pulumi.Output<string>;
    /** How often it was sent again, since the host had lost it. */
    resent?: pulumi.Output<number>;
    dependsOn: pulumi.Resource[];
  },
): remote.CopyToRemote {
  return new remote.CopyToRemote(
    `${context.name}-${name}`,
    {
      connection: context.connection,
      ...{ source, remotePath },
      // A reinstalled machine has no archive, nor one where it was deleted; the provider would not send what it knows.
      triggers: pulumi
        .all([context.hostPlan, resent])
        .apply(([{ facts }, count]) => (facts ? [facts.machine, ...(count > 0 ? [count] : [])] : [])),
    },
    { parent: context.parent, dependsOn, transforms: keepWhenSilent(context, ["triggers"]) },
  );
}
