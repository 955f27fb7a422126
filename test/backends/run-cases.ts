import { afterAll, describe, it } from "vitest";
import type { Case, Result } from "./case.ts";
import { Hosts } from "./hosts.ts";
import { resultTable } from "./results.ts";
import { deployTwice } from "./story.ts";

/** Milliseconds for a case: two releases, their handover, and `destroy`. */
const caseTimeout = 12 * 60_000;

/**
 * Makes a test of each case, as many at a time as vitest's `maxConcurrency` says, and prints the table of what was
 * measured.
 */
export function runCases(title: string, cases: readonly Case[]): void {
  const results: Result[] = [];
  describe(title, { concurrent: true }, () => {
    const hosts = new Hosts();
    afterAll(async () => {
      console.log(`\n${resultTable(results)}\n`);
      await hosts[Symbol.asyncDispose]();
    });

    it.each(cases)("$name", { timeout: caseTimeout }, async (backend) => {
      const result: Result = emptyResult(backend);
      results.push(result);
      try {
        await hosts.use((stack) => deployTwice(stack, backend, result));
      } catch (error) {
        result.fault = error instanceof Error ? error.message : String(error);
        throw error;
      } finally {
        console.log(resultTable([result])); // At once: a run that is cut off has said this much.
      }
    });
  });
}

const emptyResult = ({ name }: Case): Result => ({
  backend: name,
  ...{ deployed: false, proven: "", handshakes: 0, failures: [], saw: "" },
});
