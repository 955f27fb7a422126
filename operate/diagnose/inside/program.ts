import { template } from "../../../infra/package-root.ts";

/** In the order in which bash reads them; ufw's rules are read as the step `firewall` reads them. */
const scripts = [
  "diagnose/head.sh",
  "scripts/ipv6.sh",
  "scripts/firewall-rules.sh",
  "scripts/firewall-exposed.sh",
  "scripts/packages-units.sh",
  "scripts/site-fit.sh",
  "scripts/site-workers.sh",
  "scripts/certificate-read.sh",
  "scripts/acme-covered.sh",
  "diagnose/host.sh",
  "diagnose/firewall.sh",
  "diagnose/nginx.sh",
  "diagnose/acme.sh",
  "diagnose/loopback.sh",
  "diagnose/backend.sh",
  "diagnose/capacity.sh",
  "diagnose/main.sh",
];

/** What goes to the host by stdin: the script, and behind it the program that asks pm2. */
export function insideProgram(): string {
  return [...scripts, "diagnose/pm2.cjs"].map(template).join("\n");
}
