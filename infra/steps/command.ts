import { remote } from "@pulumi/command";
import { commandText } from "./scripts.ts";
import { input, resourceOptions, type StepContext } from "./step.ts";

export { commandText } from "./scripts.ts";

const path = "/usr/local/sbin/geo-system";

/** In one move and only with its last line: half of it, after a lost connection, would do nothing and call it done. */
const placeWhole = [
  `sudo install -D -m 0755 /dev/stdin ${path}.new`,
  `sudo grep -qx 'main "$@"' ${path}.new`,
  `sudo mv -f ${path}.new ${path}`,
].join(" && ");

/** Puts the command on the host, before every step: its text enters by stdin, so a change of a script is a diff. */
export function hostCommand(context: StepContext): remote.Command {
  return new remote.Command(
    `${context.name}-command`,
    {
      connection: context.connection,
      create: placeWhole,
      delete: `sudo rm -f ${path}`,
      ...input({ payload: commandText() }),
    },
    resourceOptions(context, []),
  );
}
