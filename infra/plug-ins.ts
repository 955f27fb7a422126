import command from "@pulumi/command/utilities.js";
import * as pulumi from "@pulumi/pulumi";
import tls from "@pulumi/tls/utilities.js";

/**
 * Lets the CLI start the plug-ins while the host is asked: it starts one when it is first needed, and a question does,
 * also one that no plug-in answers.
 */
export function startPlugIns(): void {
  for (const [name, { getVersion }] of Object.entries({ command, tls }))
    pulumi.runtime.invoke(`${name}:index:started`, {}, { version: getVersion() }).catch(() => {});
}
