import { template } from "../../infra/package-root.ts";

/** The facts of a diagnosis without what waits, and those of status.sh. */
export function statusProgram(): string {
  const scripts = ["host", "firewall", "nginx", "backend", "status"].map((name) => `diagnose/${name}.sh`);
  return ["diagnose/head.sh", "scripts/firewall-rules.sh", ...scripts, "diagnose/pm2.cjs"]
    .map(template)
    .join("\n");
}
