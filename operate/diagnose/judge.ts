import { kindOf } from "./hop-names.ts";
import { type Hop, hopsOf } from "./hops.ts";
import type { Observations } from "./observations.ts";
import { withoutAssumedTls } from "./rules/assumed-tls.ts";
import { rules } from "./rules/index.ts";
import { shownTo } from "./rules/remedy.ts";
import { type Finding, worry } from "./rules/rule.ts";

export interface Diagnosis {
  /** Whether users are served: warnings do not count. */
  healthy: boolean;
  /** Whether it could be found out at all. */
  known: boolean;
  /** The first cause; undefined where there is nothing to say. */
  verdict?: Finding;
  /** What else is wrong, and is no mere consequence as far as one can tell. */
  others: Finding[];
  hops: Hop[];
}

/** The verdict on what was seen: pure, so that every fault can be tested without a host. */
export function judge(observations: Observations): Diagnosis {
  const seen = withoutAssumedTls(observations);
  const findings = rules.flatMap((rule) => rule(seen) ?? []).map(shownTo(seen));
  const failures = findings.filter(({ severity }) => severity === "fail");
  const warnings = findings.filter(({ severity }) => severity === "warn");
  const [verdict, ...others] = [...failures, ...warnings].filter(isNews);
  return {
    healthy: failures.length === 0,
    known: verdict?.unknown !== true,
    ...(verdict && { verdict: { ...verdict, worry: worstWorry([verdict, ...others]) } }),
    others,
    hops: hopsOf(seen, findings, verdict),
  };
}

/** What the verdict says of worry: several faults at once hit as many clients as the worst of them. */
function worstWorry([first, ...others]: readonly [Finding, ...Finding[]]): string {
  const found = others.find(({ severity, worry: said }) => severity === "fail" && said === worry.down);
  return found ? worry.down : first.worry;
}

/** What else is wrong beside the first cause, as far as one can tell; one finding a hop. */
function isNews(finding: Finding, i: number, all: readonly Finding[]): boolean {
  const [first] = all;
  if (i === 0 || !first || finding.hides) return true;
  if (all.findIndex(({ hop }) => hop === finding.hop) < i) return false;
  if (first.severity !== "fail") return true;
  const follows = kindOf(finding.hop).way || kindOf(first.hop).breaks?.includes(finding.hop);
  return finding.severity === "fail" && !follows;
}
