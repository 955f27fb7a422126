/** What the host says of itself. A fact that could not be had is missing or empty. */
export interface Inside {
  /** The host's clock, in milliseconds since 1970. */
  clock: number;
  /** The steps that this package has applied to it. */
  deployed: string[];
  disks: Disk[];
  memory: { totalKb: number; availableKb: number };
  conntrack?: { used: number; most: number };
  /** The processes of the release in use, which pm2 started. */
  serving?: { pid: number; files: number; mostFiles: number }[];
  /** How many ports nginx may use for connections from one address to the backend. */
  ports?: number;
  /** `expectedConnections`, as it was deployed. */
  expected?: number;
  failedUnits: string[];
  /** Whether there is a way to other networks. */
  defaultRoute: boolean;
  units: Unit[];
  /** What the backend needs of the host, as `hostServices` has it. */
  services: Service[];
  listens: Listener[];
  /** Who has the ports of the service; one process a port. */
  owners: Owner[];
  firewall: Firewall;
  nginx: Nginx;
  certificates: CertificateFile[];
  /** SHA-256 of the certificate that was deployed; empty where none was. */
  deployedCertificate: string;
  /** SHA-256 of what is kept on the host in the folder of the deployed one; empty where its key is not its own. */
  keptCertificate: string;
  /** Of `tls: acme`. */
  acme?: AcmeSeen;
  backend: Backend;
  loopback: Loopback[];
}

export interface Disk {
  mount: string;
  usedPercent: number;
  freeKb: number;
  inodesPercent: number;
  readOnly: boolean;
  /** Of a full one: its largest files, the largest first. */
  big: BigFile[];
}

export interface BigFile {
  path: string;
  bytes: number;
  owner: string;
}

export interface Unit {
  name: string;
  active: string;
  sub: string;
  enabled: string;
}

export interface Service {
  /** As people type it: `redis-server`, `postgresql@16-main`. */
  name: string;
  /** `loaded`, `not-found`, `masked`. */
  load: string;
  active: string;
  sub: string;
  /** `enabled`, `disabled`, `static`; empty for a unit that another one starts, as postgresql does its clusters. */
  enabled: string;
  /** Its last lines, where it does not run. */
  journal: string;
}

export interface Listener {
  /** Without the port: `0.0.0.0`, `[::]`, `*`. */
  address: string;
  port: number;
  process: string;
  pid: number;
}

export interface Owner {
  port: number;
  pid: number;
  /** Whether pm2 started it. */
  pm2: boolean;
  command: string;
}

export interface Firewall {
  ufw: "absent" | "inactive" | "active";
  /** What ufw does with what no rule names: `deny`, `reject`, `allow`. */
  otherwise: string;
  /** The first rule for a port and everybody, `allow 80/tcp`; empty where none is. */
  allows: { port: number; v4: string; v6: string }[];
  /** Rules of others that drop packets. */
  drops: string[];
  /** What ufw refuses to some addresses only: `deny` or `limit`. */
  denies: { port: number; action: string; from: string }[];
  /** Ports that may answer from outside though ufw was to keep them closed. */
  exposed: Exposed[];
}

export interface Exposed {
  port: number;
  /** `published` past ufw by a container engine; `open` since ufw is not in force. */
  how: string;
  /** The process that listens, or where a published port leads. */
  by: string;
}

export interface Nginx {
  present: boolean;
  valid: boolean;
  /** What `nginx -t` said. */
  said: string;
  /** What `nginx -T` printed. */
  configuration: string;
  /** The main file, where it is missing or empty. */
  missingMain?: string;
  workers: Worker[];
  /** Replaced by a reload: each stays until its last connection ends. */
  oldWorkers: Worker[];
  /** The file that changed last, and how many seconds ago. */
  newest?: { seconds: number; path: string };
  log: string;
  /** Requests of the last two minutes that had no request line, and the address that sent the last of them. */
  unreadable?: { count: number; from: string };
  journal: string;
  /** The site's file, where it is enabled to, and what was deployed. */
  site?: string;
  enabled?: string;
  deployedSite?: string;
}

export interface Worker {
  pid: number;
  seconds: number;
  files: number;
  mostFiles: number;
  sockets: number;
  /** As `ps` has it: `S`, `R`, `T`. */
  state: string;
  /** Connections of clients; `sockets` has those to the backend and its own as well. */
  clients: number;
  /** What would be free without it. */
  kib: number;
}

export interface CertificateFile {
  path: string;
  missing: boolean;
  /** In milliseconds since 1970. */
  ends: number;
  fingerprint: string;
  /** `own`, `other`, `unreadable` or `unknown`. */
  key: string;
  names: string;
}

export interface AcmeSeen {
  timer: { enabled: boolean; active: boolean };
  /** Whether the boot renews what became due while the host was off. */
  boot: boolean;
  account: boolean;
  /** Whether the payload that was deployed holds a secret, so that the host cannot apply it by itself. */
  secret: boolean;
  /** What the last order or renewal came to: the `key=value` lines of /var/lib/geo-system-acme/last. */
  last?: Readonly<Record<string, string>>;
  /** The newest certificate that was issued for all deployed names; its end in milliseconds since 1970. */
  newest?: { fingerprint: string; ends: number };
  /** The status of nginx's answer on the host itself to the standing challenge, 0 without any; and the right one. */
  challenge: { status: number; right: number };
}

export interface Backend {
  name: string;
  /** The step of its application: `backend`, or `backend-NAME`. */
  step?: string;
  user: string;
  /** Of the release in use. */
  port: number;
  /** The one that its ecosystem file has; nginx may have handed the release over to another. */
  ownPort?: number;
  home: string;
  pm2: "absent" | "down" | "up";
  /** Its daemon, where it did not answer within five seconds; `frozen` by a signal STOP. */
  silentPm2?: { pid: number; frozen: boolean };
  /** What pm2 runs; undefined where it did not answer. */
  applications?: Application[];
  release: string;
  deployedRelease: string;
  /** The one that serves until it is proven from outside, and the seconds left for that. */
  provisional?: { release: string; seconds: number };
  /** The last one that did not stay; `at` in ISO 8601. */
  takenBack?: { release: string; at: string; why: string };
  /** Paths of the release that are its data, and survive it. */
  shared: string[];
  /** Files of the release that were changed on the host. */
  altered: string[];
  /** The generation of the secret environment, and the one that was deployed. */
  environment: string;
  deployedEnvironment: string;
  /** The file of secrets, where it should be and is not. */
  missingSecrets?: string;
  /** The first folder on the path to the release that the user may not enter. */
  forbidden?: string;
  /** Something of pm2's that belongs to another user. */
  foreign?: string;
  /** What Node says instead of its version. */
  nodeBroken?: string;
  /** A folder of the release in use that is no longer there. */
  gone?: string;
  /** Whether the next boot brings it back. */
  saved: boolean;
  /** How its processes ended by themselves in the last ten minutes, since they were last started on purpose. */
  ends: Ended[];
  /** `allowedFiles`: up to which the process may raise `mostFiles` by itself. */
  processes: { pid: number; files: number; mostFiles: number; allowedFiles: number; residentKb: number }[];
  log: string;
  errors: string;
  /** Seconds since the last of the errors was written. */
  errorsAge: number;
  /** What systemd has of pm2, where its unit does not run. */
  journal: string;
}

export interface Ended {
  /** Seconds ago. */
  age: number;
  code: number;
  /** `SIGKILL`; empty where it ended by itself. */
  signal: string;
  /** pm2's number of the process. */
  id: number;
}

export interface Application {
  name: string;
  /** pm2's number of it. */
  id?: number | undefined;
  /** What the processes of one release have in common. */
  run?: string | undefined;
  /** Where it was configured to listen. */
  port?: number | undefined;
  pid: number;
  status: string;
  restarts: number;
  /** In milliseconds since 1970. */
  startedAt: number;
  /** Milliseconds before it is tried again, where it crashed. */
  backoff: number;
  exitCode?: number | string | null | undefined;
  memory?: number | undefined;
  script?: string | undefined;
  folder?: string | undefined;
}

/** `answer` is a status line, or `refused`, `closed`, `silence`, `no connection` (neither taken nor refused). */
export interface Loopback {
  to: string;
  port: number;
  answer: string;
}
