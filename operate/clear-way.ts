import { pulumiLine } from "../infra/pulumi-command.ts";
import { say } from "../sandbox/host/say.ts";
import { type ReadyStack, runPulumi } from "./run-pulumi.ts";
import { type Holder, StateFiles, stateFolder } from "./state-files.ts";

/**
 * Sees to it that an `up` can begin: that no other run holds the stack, and that one that was cut off left nothing in
 * the way. Our resources are scripts that may run again, so a creation that was cut off is simply done again.
 *
 * @throws where another run is at work, or left a lock on the stack of a host that is no sandbox
 */
export async function clearWay(stack: ReadyStack): Promise<void> {
  const folder = stateFolder(stack.environment);
  if (folder === undefined) return;
  const state = new StateFiles(folder, "geo-system", stack.stack);
  const [holder] = state.holders().sort((a, b) => Number(a.gone) - Number(b.gone));
  if (holder && !(holder.gone && stack.sandbox)) throw new Error(heldBy(holder, stack));
  if (holder) await freeLock(holder, stack);
  if (state.pendingCreates().length > 0) await forget(state.pendingCreates(), stack);
}

function heldBy({ gone, pid, username, hostname, timestamp }: Holder, { stack }: ReadyStack): string {
  const who = `process ${pid} of ${username} on ${hostname}, since ${timestamp.replace(/\..*/, "")} UTC`;
  return gone
    ? `a run that was cut off (${who}) still holds the stack ${stack}; nothing was changed\n` +
        `  next: ${pulumiLine(`cancel --yes ${stack}`)}, which frees it; then this again`
    : `another run holds the stack ${stack}: ${who}; nothing was changed\n` +
        "  next: wait until it has ended, then this again";
}

async function freeLock({ pid }: Holder, stack: ReadyStack): Promise<void> {
  say(`The run that held the stack ${stack.stack} (process ${pid}) was cut off: freeing the stack.`);
  await must(stack, ["cancel", "--yes", stack.stack]);
}

async function forget(names: string[], stack: ReadyStack): Promise<void> {
  say(`An earlier run was cut off while it made ${names.join(", ")}: this one makes it again.`);
  await must(stack, ["refresh", "--clear-pending-creates", "--yes", "--skip-preview", "--suppress-outputs"]);
}

async function must(stack: ReadyStack, args: string[]): Promise<void> {
  const exitCode = await runPulumi(stack, args);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")}: expected exit code 0, found ${exitCode}`);
}
