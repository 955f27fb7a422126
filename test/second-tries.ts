import pc from "picocolors";
import type { Reporter, TestCase } from "vitest/node";

/** Names each story that passed only at its second try, with the reason of the first, at the end of a run. */
export default class SecondTries implements Reporter {
  readonly #stories: string[] = [];

  onTestCaseResult(story: TestCase): void {
    if (!story.diagnostic()?.flaky) return;
    const [first] = story.result().errors ?? [];
    this.#stories.push(
      `${story.module.relativeModuleId} > ${story.fullName}: ${first?.message ?? "no reason"}`,
    );
  }

  onTestRunEnd(): void {
    for (const story of this.#stories) console.log(pc.yellow(`Passed at its second try: ${story}`));
  }
}
