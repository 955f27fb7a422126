import type { Observations } from "../observations.ts";

type Names = Observations["target"];

/** Runs on the host, as root where it begins with sudo. One word for the local shell where it needs to be. */
export const on = ({ ssh }: Names, command: string) =>
  `${ssh} ${/^[\w@%+=:,./ -]+$/.test(command) ? command : `"${command.replaceAll(/(["$`\\])/g, "\\$1")}"`}`;

/** Puts a step back to what was deployed, from the payload that the host kept: no Pulumi, nothing else touched. */
export const putBack = (names: Names, step: "site") =>
  on(names, `sudo sh -c 'geo-system ${step} apply < /var/lib/geo-system/applied/${step}'`);

export const pm2 = (names: Names, verb: string) => on(names, `pm2 ${verb} ${names.application}`);

export const backendLog = (names: Names) => on(names, `pm2 logs ${names.application} --lines 20 --nostream`);

export const nginxLog = (names: Names) => on(names, "sudo tail -n 20 /var/log/nginx/error.log");

/** Without a stack the CA is to be asked for, and the host is to be named again. */
export function trustCa({ named, host }: Names): string[] {
  const output = "npm run -s pulumi -- stack output caCertificate > ca.pem";
  return [
    named === undefined ? output : `# whoever deployed this host: ${output}`,
    `npm run diagnose -- ${(named ?? `--host ${host}`).replace(/ --ca ('[^']*'|\S+)/, "")} --ca ca.pem`,
  ];
}

export const reloadNginx = (names: Names) => on(names, "sudo nginx -t && sudo systemctl reload nginx");
