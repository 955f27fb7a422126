import type { Settings } from "./settings/schema.ts";

type Names = Pick<Settings, "port" | "user" | "jumpHost" | "backendName">;

/**
 * How to log in by hand: `ssh -J bastion -p 2222 ubuntu@203.0.113.7`. `npm run` says how for a sandbox, which takes a
 * key of its own; so no path of a key gets into the state of a real host.
 */
export function sshLine(
  host: string,
  { port, user, jumpHost }: Pick<Names, "port" | "user" | "jumpHost">,
): string {
  if (process.env.GEO_SYSTEM_SSH) return process.env.GEO_SYSTEM_SSH;
  const words = ["ssh", ...(jumpHost ? ["-J", jumpHost] : []), ...(port === 22 ? [] : ["-p", String(port)])];
  return [...words, `${user}@${host}`].join(" ");
}

/** What an operator types next, by purpose. */
export function nextCommands(host: string, names: Names): Record<string, string> {
  const ssh = sshLine(host, names);
  return {
    login: ssh,
    logs: `${ssh} pm2 logs ${names.backendName} --lines 20`,
    restart: `${ssh} pm2 restart ${names.backendName}`,
    firewall: `${ssh} sudo ufw status`,
    check: `${ssh} sudo geo-system site check`,
  };
}
