import { template } from "../../infra/package-root.ts";

/** The facts of a diagnosis without what waits, and those of status.sh; behind them two programs, ended by a zero. */
export function statusProgram(): string {
  const names = ["host", "firewall", "nginx", "acme", "backend", "sockets", "status"];
  const scripts = names.map((name) => `diagnose/${name}.sh`);
  const rules = ["firewall-rules", "packages-units", "site-workers", "backend-written"].map(
    (name) => `scripts/${name}.sh`,
  );
  const shell = ["diagnose/head.sh", ...rules, ...scripts].map(template).join("\n");
  return `${shell}\n${template("diagnose/pm2.cjs")}\0${template("diagnose/frames.pl")}`;
}
