import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { outputsVariable, type ProvenUrls } from "./outputs-file.ts";

type Outputs = { [Key in keyof ProvenUrls]: pulumi.Output<ProvenUrls[Key]> };

/** Reports them to the `up` that runs this program. The file is the operator's alone: `testUrl` may hold a token. */
export function reportOutputs({ url, testUrl }: Outputs): void {
  const file = process.env[outputsVariable];
  if (!file || pulumi.runtime.isDryRun()) return;
  pulumi
    .unsecret(pulumi.all([url, testUrl]))
    .apply(([url, testUrl]) => writeFileSync(file, JSON.stringify({ url, testUrl }), { mode: 0o600 }));
}
