import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pulumiLine } from "../infra/pulumi-command.ts";
import { say } from "../sandbox/host/say.ts";
import { type ReadyStack, runPulumi } from "./run-pulumi.ts";
import { type Holder, StateFiles, stateFolder } from "./state-files.ts";

/**
 * Sees to it that an `up` can begin: that no other run holds the stack, and that one that was cut off left nothing in
 * the way. Our resources are scripts that may run again, so a creation that was cut off is simply done again.
 *
 * @param waitSeconds for another run that is at work
 * @throws where another run is at work, or left a lock on the stack of a host that is no sandbox
 */
export async function clearWay(stack: ReadyStack, waitSeconds = 0): Promise<void> {
  const folder = stateFolder(stack.environment);
  if (folder === undefined) return;
  const state = new StateFiles(folder, stack.project.name, stack.stack);
  const holder = await firstHolder(state, waitSeconds);
  if (holder && !(holder.gone && stack.sandbox)) throw new Error(heldBy(holder, stack));
  if (holder) await freeLock(holder, stack);
  for (const note of state.brokenNotes()) {
    say(`An earlier run was cut off while it wrote ${note}, which holds no state: removed.`);
    rmSync(note);
  }
  if (state.pendingCreates().length > 0) await forget(state.pendingCreates(), stack);
}

/** Who holds the stack, the living first, once the time to wait for them is over. */
async function firstHolder(state: StateFiles, waitSeconds: number): Promise<Holder | undefined> {
  const first = () => state.holders().sort((a, b) => Number(a.gone) - Number(b.gone))[0];
  const end = Date.now() + waitSeconds * 1000;
  const holder = first();
  if (waitSeconds > 0 && holder && !holder.gone)
    say(`Waiting for ${nameOf(holder)}, ${waitSeconds} s at most.`);
  while (Date.now() < end && first()?.gone === false) await setTimeout(500);
  return first();
}

const nameOf = ({ pid, username, hostname, timestamp }: Holder) =>
  `process ${pid} of ${username} on ${hostname}, since ${timestamp.replace(/\..*/, "")} UTC`;

function heldBy(holder: Holder, { stack }: ReadyStack): string {
  const who = nameOf(holder);
  return holder.gone
    ? `a run that was cut off (${who}) still holds the stack ${stack}; nothing was changed\n` +
        `  next: ${pulumiLine(`cancel --yes ${stack}`)}, which frees it; then this again`
    : `another run holds the stack ${stack}: ${who}; nothing was changed\n` +
        "  next: wait until it has ended, then this again; or let this one wait: npm run up -- --wait";
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
