import { readFileSync } from "node:fs";
import { z } from "zod";

/** What vitest's JSON report says, as far as it is used here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["passed", "failed"]),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export type FileResult = z.infer<typeof reportSchema>["testResults"][number];

/** A run's results by file. */
export type Results = ReadonlyMap<string, FileResult>;

/** @throws where the run left no report, or another one */
export function readResults(report: string): Results {
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
  return new Map(testResults.map((file) => [file.name, file]));
}

/** A file fails by a story of its own, or as a whole: its set-up failed, or it does not load. */
export function failedFiles(results: Results): FileResult[] {
  return [...results.values()].filter(({ status }) => status === "failed");
}

/** Why a file failed, in one line: its first story that did, or the file's own message. */
export function firstReason({ assertionResults, message }: FileResult): string {
  const story = assertionResults.find(({ status }) => status === "failed");
  const reason = story ? `${story.fullName}: ${story.failureMessages?.[0] ?? "no reason"}` : message;
  return reason.trim().split("\n")[0] ?? "";
}

/** One plain line for whoever reads only the end of a log. A file that fails as a whole counts as one failure. */
export function counts(results: Results): string {
  const statuses = [...results.values()].flatMap(statusesOf);
  const number = (wanted: (status: string) => boolean) => statuses.filter(wanted).length;
  const passed = number((status) => status === "passed");
  const failed = number((status) => status === "failed");
  const skipped = statuses.length - passed - failed;
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}

function statusesOf({ status, assertionResults }: FileResult): string[] {
  const statuses = assertionResults.map((story) => story.status);
  return status === "failed" && !statuses.includes("failed") ? [...statuses, "failed"] : statuses;
}
