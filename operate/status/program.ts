import { template } from "../../infra/package-root.ts";

/** The facts of a diagnosis without what waits, and those of status.sh; behind them two programs, ended by a zero. */
export function statusProgram(): string {
  const names = ["host", "firewall", "nginx", "acme", "backend", "capacity", "sockets", "status"];
  const scripts = names.map((name) => `diagnose/${name}.sh`);
  const shared = [
    "ipv6",
    "firewall-rules",
    "firewall-exposed",
    "packages-units",
    "site-fit",
    "site-workers",
    "certificate-read",
    "acme-covered",
    "backend-written",
  ];
  const rules = shared.map((name) => `scripts/${name}.sh`);
  const shell = ["diagnose/head.sh", ...rules, ...scripts].map(template).join("\n");
  return `${shell}\n${template("diagnose/pm2.cjs")}\0${template("diagnose/frames.pl")}`;
}
