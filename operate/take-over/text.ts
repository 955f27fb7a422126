import { stringify } from "yaml";
import type { Report } from "./report.ts";

/** To be pasted into `Pulumi.<stack>.yaml`: what is not configuration stands in comments. */
export function reportText({ found, config, secrets, files, notes }: Report): string {
  const keys = Object.entries(config).map(([key, value]) => [`geo-system:${key}`, value] as const);
  return [
    ...comment("Found", found),
    stringify({ config: Object.fromEntries(keys) }, { lineWidth: 0, version: "1.1" }).trimEnd(),
    ...comment("Secrets: type", secrets),
    ...comment("Certificate: type", files),
    ...comment("By hand", notes),
  ].join("\n");
}

function comment(head: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [`# ${head}:`, ...lines.map((line) => `#   ${line.replace(/[\r\n]+/g, " ")}`)];
}
