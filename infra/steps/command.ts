import type { remote } from "@pulumi/command";
import { commandPlan } from "../preview/own-plans.ts";
import { mark } from "../profile.ts";
import { uploadFolder } from "../render/release.ts";
import { commandSum, commandText } from "../render/scripts.ts";
import { input, optionWords, plannedCommand, type StepContext } from "./step.ts";

export { commandText } from "../render/scripts.ts";

const path = "/usr/local/sbin/geo-system";

/** Archives of releases are put there; made here, since what sends them makes no folder. */
const makeUploadFolder = `install -d -m 0700 ${uploadFolder}`;

/** In one move and only with its last line: half of it, after a lost connection, would do nothing and call it done. */
const placeWhole = [
  makeUploadFolder,
  `sudo install -D -m 0755 /dev/stdin ${path}.new`,
  `sudo grep -qx 'main "$@"' ${path}.new`,
  `sudo mv -f ${path}.new ${path}`,
];

/** Nothing was changed on the host, and nothing can be: this line is for a preview, and an `up` never comes so far. */
const unverified = "false # unverified: the host did not answer";

/**
 * Puts the command on the host, before every step: its text enters by stdin, so a change of a script is a diff. Of a
 * silent host it shows a change, so that `--expect-no-changes` does not pass where nothing was read from the host.
 */
export function hostCommand(context: StepContext): remote.Command {
  const { owner } = context;
  const text = commandText();
  const sum = commandSum();
  const plan = context.hostPlan.apply(({ facts }) => facts && commandPlan(facts, sum));
  const placed = (run: string) =>
    ["sudo geo-system command placed", ...optionWords({ for: owner, text: sum.slice(0, 8), run })].join(" ");
  const command = plannedCommand({ ...context, silence: Promise.resolve(undefined) }, "command", plan, {
    create: plan.apply((known) => (known ? [...placeWhole, placed(known.run)].join(" && ") : unverified)),
    delete: `sudo test ! -e ${path} || sudo geo-system command undo --for ${owner}`,
    ...input({ payload: text }),
    dependsOn: [],
  });
  command.id.apply(() => mark("first resource"));
  return command;
}
