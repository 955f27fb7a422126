import { remote } from "@pulumi/command";
import { commandText } from "./scripts.ts";
import { input, type StepContext } from "./step.ts";

export { commandText } from "./scripts.ts";

const path = "/usr/local/sbin/geo-system";

/** Puts the command on the host, before every step: its text enters by stdin, so a change of a script is a diff. */
export function hostCommand(context: StepContext): remote.Command {
  return new remote.Command(
    `${context.name}-command`,
    {
      connection: context.connection,
      create: `sudo install -D -m 0755 /dev/stdin ${path}`,
      delete: `sudo rm -f ${path}`,
      ...input({ payload: commandText() }),
    },
    { parent: context.parent },
  );
}
