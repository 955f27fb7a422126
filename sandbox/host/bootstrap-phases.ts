import { say } from "./say.ts";

/** What a person wants to know of the thousand lines that debootstrap prints. */
const phases: [RegExp, string][] = [
  [/^I: Retrieving InRelease/, "  reading the archive's lists"],
  [/^I: Resolving/, "  fetching the packages"],
  [/^I: Extracting/, "  unpacking"],
  [/^I: Unpacking the base/, "  installing"],
  [/^I: Configuring the base/, "  configuring"],
];

/** Says each phase once, when its first line comes. */
export async function bootstrapPhases(lines: AsyncIterable<unknown>): Promise<void> {
  const waiting = [...phases];
  for await (const line of lines) {
    const index = waiting.findIndex(([pattern]) => pattern.test(String(line)));
    const [phase] = index < 0 ? [] : waiting.splice(index, 1);
    if (phase) say(phase[1]);
  }
}
