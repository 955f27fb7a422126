import type { ReadyStack } from "../run-pulumi.ts";
import { runPulumi } from "../run-pulumi.ts";
import { type Preview, readPreview } from "./read.ts";
import { summary } from "./summary.ts";

/** The exit code of `pulumi preview --expect-no-changes` if there are changes. It printed them all the same. */
const changesExpectedNone = 7;

/** Runs a preview and summarises it, also where it failed: then the summary says why. */
export async function previewSummary(stack: ReadyStack, args: readonly string[], note: string | undefined) {
  const said: string[] = [];
  const complained: string[] = [];
  const exitCode = await runPulumi(stack, ["preview", "--json", ...args], {
    stdout: collect(said),
    stderr: ["inherit", collect(complained)],
  });
  const failed = exitCode !== 0 && exitCode !== changesExpectedNone;
  const preview = parse(said.join(""), failed);
  const failure = failed
    ? `pulumi preview ended with exit code ${exitCode}\n${complained.join("").trim()}`
    : undefined;
  return { markdown: summary(preview, { stack: stack.stack, failure, note }), exitCode };
}

/** A run that failed may have said nothing, or half of it. */
function parse(text: string, failed: boolean): Preview | undefined {
  try {
    return readPreview(text, "pulumi preview --json");
  } catch (error) {
    if (failed) return undefined;
    throw error;
  }
}

function collect(into: string[]): WritableStream<Uint8Array> {
  const decoder = new TextDecoder();
  return new WritableStream({
    write: (chunk) => {
      into.push(decoder.decode(chunk, { stream: true }));
    },
  });
}
