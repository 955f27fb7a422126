import type { Result } from "./case.ts";

/** The results as a table in Markdown, one row a backend, and below it why a case failed. */
export function resultTable(results: readonly Result[]): string {
  const head = "| backend | deployed | proven by | failed handshakes in a release | what its clients saw |";
  const faults = results.flatMap(({ backend, fault }) =>
    fault ? [`- ${backend}: ${firstLine(fault)}`] : [],
  );
  return [head, "| --- | --- | --- | --- | --- |", ...results.map(row), "", ...faults].join("\n");
}

function row({ backend, deployed, proven, handshakes, failures, saw }: Result): string {
  const failed = handshakes > 0 ? `${failures.length} of ${handshakes}` : "–";
  const cells = [backend, deployed ? "yes" : "no", proven || "–", failed, saw || "–"];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const firstLine = (text: string) => text.split("\n", 1)[0];
