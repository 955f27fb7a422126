/** What broke, why, and the thing to type. */
export interface HandshakeFailure {
  url: string;
  hop: string;
  cause: string;
  next: string;
}

/** The names that the advice of a failure uses. */
export interface HostNames {
  /** How to log in: `ssh ubuntu@203.0.113.10`, `ssh -p 2222 ubuntu@203.0.113.10`. */
  ssh: string;
  /** The nginx site; default `geo-system`. */
  site: string;
  /** The pm2 application; default `geo-backend`. */
  application: string;
}
