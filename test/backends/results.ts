import type { Result } from "./case.ts";

/** The results as a table in Markdown, one row a backend. */
export function resultTable(results: readonly Result[]): string {
  const head = "| backend | deployed | proven | failed handshakes in a release | what its clients saw |";
  return [head, "| --- | --- | --- | --- | --- |", ...results.map(row)].join("\n");
}

function row({ backend, deployed, proven, handshakes, failures, saw, fault }: Result): string {
  const failed = handshakes > 0 ? `${failures.length} of ${handshakes}` : "–";
  const cells = [backend, deployed ? "yes" : "no", proven || "–", failed, saw || "–"];
  const text = cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ");
  return `| ${text} |${fault ? ` ${fault.split("\n")[0]}` : ""}`;
}
