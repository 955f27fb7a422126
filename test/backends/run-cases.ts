import { afterAll, beforeAll, describe, it } from "vitest";
import type { Case, Result } from "./case.ts";
import { Hosts } from "./hosts.ts";
import { resultTable } from "./results.ts";
import { deployTwice } from "./story.ts";

/** Two hosts, a case on each at a time: releases wait more than they work. */
const hostCount = 2;

/** Milliseconds for a case: two releases, their handover, and `destroy`. */
const caseTimeout = 8 * 60_000;

/** Makes a test of each case, and prints the table of what was measured. */
export function runCases(title: string, cases: readonly Case[]): void {
  const results: Result[] = [];
  describe(title, { concurrent: true }, () => {
    let hosts: Hosts;
    beforeAll(async () => {
      hosts = await Hosts.start(Math.min(hostCount, cases.length));
    });
    afterAll(async () => {
      console.log(`\n${resultTable(results)}\n`);
      await hosts?.[Symbol.asyncDispose]();
    });

    it.each(cases)("$name", { timeout: caseTimeout }, async (backend) => {
      const result: Result = emptyResult(backend);
      results.push(result);
      try {
        await hosts.use((stack) => deployTwice(stack, backend, result));
      } catch (error) {
        result.fault = error instanceof Error ? error.message : String(error);
        throw error;
      }
    });
  });
}

const emptyResult = ({ name }: Case): Result => ({
  backend: name,
  ...{ deployed: false, proven: "", handshakes: 0, failures: [], saw: "" },
});
