import Table from "cli-table3";
import pc from "picocolors";
import type { Hop } from "./hops.ts";
import type { Diagnosis } from "./judge.ts";
import type { Finding } from "./rules/rule.ts";

type Colors = ReturnType<typeof pc.createColors>;

const noBorders = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" },
  ...{ "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "  " },
};

/** The table, the verdict, and what else is wrong. */
export function diagnosisText(
  diagnosis: Diagnosis,
  colour = pc.isColorSupported && process.stdout.isTTY === true,
): string {
  const paint = pc.createColors(colour);
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const table = new Table({ chars: noBorders, style });
  for (const hop of diagnosis.hops) table.push([hop.name, status(hop, paint), hop.detail]);
  const lines = [table.toString().replace(/ +$/gm, ""), "", verdictText(diagnosis, paint)];
  if (diagnosis.others.length > 0)
    lines.push(
      "",
      "Also:",
      ...diagnosis.others.map((each) => `  ${each.hop}: ${each.cause}\n    ${each.fix.join("\n    ")}`),
    );
  return lines.join("\n");
}

function status({ status: is }: Hop, paint: Colors): string {
  if (is === "ok") return paint.green("ok");
  if (is === "warn") return paint.yellow("warn");
  return is === "fail" ? paint.red("FAIL") : paint.dim(is);
}

function verdictText({ healthy, known, verdict }: Diagnosis, paint: Colors): string {
  if (!verdict) return `${paint.green("Healthy.")} Worry: no.`;
  const broken = known ? paint.red("Broken at") : paint.yellow("Could not see past");
  return [
    `${healthy ? paint.yellow("Healthy, but") : broken} ${paint.bold(verdict.hop)}: ${verdict.cause}`,
    ...proof(verdict, paint),
  ].join("\n");
}

function proof({ evidence, fix, disturbs, worry }: Finding, paint: Colors): string[] {
  return [
    ...evidence.map((line) => `  ${paint.dim("seen:")} ${line}`),
    ...fix.map((line) => `  ${paint.dim("type:")} ${line}`),
    ...(fix.length > 0 ? [`  ${paint.dim("disturbs:")} ${disturbs}`] : []),
    `  ${paint.dim("worry:")} ${worry}`,
  ];
}

/** What `--json` prints: one object, with names that stay. */
export function diagnosisJson({ healthy, known, verdict, others, hops }: Diagnosis): string {
  const told = ({ hop, cause, evidence, fix, disturbs, worry }: Finding) => ({
    ...{ hop, cause, evidence, fix, disturbs, worry },
  });
  return JSON.stringify(
    {
      healthy: known ? healthy : null,
      verdict: verdict ? told(verdict) : null,
      others: others.map(told),
      hops,
    },
    null,
    2,
  );
}

/** 0 healthy, 1 broken, 2 could not find out. */
export function exitCode({ healthy, known }: Diagnosis): 0 | 1 | 2 {
  if (!known) return 2;
  return healthy ? 0 : 1;
}
