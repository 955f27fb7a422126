/** The names that the advice of a failure uses. */
export interface HostNames {
  /** How to log in: `ssh ubuntu@203.0.113.10`, `ssh -p 2222 ubuntu@203.0.113.10`. */
  ssh: string;
  /** The pm2 application; default `geo-backend`. */
  application: string;
  /** Whether the client connects straight to the backend, on the host. Default: from outside. */
  direct?: boolean;
}

/** A cause and the thing to type, without the place. */
export interface Reading {
  cause: string;
  next: string;
}

/** Shows the last lines of the backend's log, as the operators' own guide does. */
export const backendLog = ({ ssh, application }: HostNames) =>
  `${ssh} pm2 logs ${application} --lines 20 --nostream`;

/** Shows why nginx failed. */
export const nginxLog = ({ ssh }: HostNames) => `${ssh} sudo tail -n 20 /var/log/nginx/error.log`;

/** Compares a step with what was deployed. */
export const stepCheck = ({ ssh }: HostNames, step: "site" | "certificate") =>
  `${ssh} sudo geo-system ${step} check`;
