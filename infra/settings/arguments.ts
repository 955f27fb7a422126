import type { Input } from "@pulumi/pulumi";
import type { HandshakeInput } from "../handshake/handshake.ts";
import type { RouteInput } from "./routes.ts";

/** One of several backends on a host; what each key means is said below, at its name with `backend`. */
export interface ApplicationInput {
  source: string;
  include?: string[];
  build?: string;
  start?: string;
  /** Default `"geo-NAME"`. */
  name?: string;
  port: number;
  /** Default: the port after `port`. */
  standbyPort?: number;
  instances?: number;
  sticky?: boolean;
  environment?: Record<string, string>;
  secretEnvironment?: Input<Record<string, Input<string>>>;
  shared?: string[];
  takeOver?: { application?: string; data?: string[] };
  /** Default, here and in the next two: that of the host. */
  handover?: "paced" | "at-once" | "stop-start";
  handoverSeconds?: number;
  keepReleases?: number;
  handshake?: HandshakeInput;
  handshakeToken?: Input<string>;
}

/**
 * What a {@link WebSocketHost} is made from. The project's configuration (`pulumi config set …`) has the same
 * names, defaults and checks; paths there are relative to the folder of Pulumi.yaml.
 */
export interface WebSocketHostArgs {
  /** Name or address at which SSH, HTTP and HTTPS reach the host from outside. Example: `"203.0.113.7"`. */
  host: Input<string>;
  /** TCP port of sshd. Default 22. */
  port?: number;
  /** User who logs in by SSH, may `sudo` without a password, and runs the backend. Default `"ubuntu"`. */
  user?: string;
  /**
   * Public key of the host, as in known_hosts: `"ssh-ed25519 AAAA…"`. Default: what the operator's known_hosts says
   * of the host; where that is silent nothing is done and the error shows the fingerprint. Needed when `host` is an
   * output of another resource.
   */
  hostKey?: Input<string>;
  /** Host to go through, `"[user@]host[:port]"`. Default: none. */
  jumpHost?: string;
  /** Public key of the jump host. Default: what known_hosts says of it. */
  jumpHostKey?: string;
  /** Private key (PEM), for those who have no SSH agent. It lies encrypted in the state; an agent is better. */
  privateKey?: Input<string>;
  /** Passphrase of `privateKey`. */
  privateKeyPassword?: Input<string>;

  /**
   * Name of the site and its certificate, or several: an array, or one text with commas. Every one is proven at the end
   * of an `up`; the outputs show the first. Default: none, the site is reached by `host`.
   * Example: `["geo.example.com", "www.example.com"]`.
   */
  serverName?: string | readonly string[];
  /**
   * `"self-signed"` (default: a private CA of its own), `"acme"` (a certificate that browsers trust, from Let's Encrypt
   * or another ACME CA, renewed on the host), `"provided"` (files) or `"off"` (no port 443).
   */
  tls?: "self-signed" | "acme" | "provided" | "off";
  /** For `tls: "provided"`: file with the certificate chain, leaf first (PEM). */
  certificateFile?: string;
  /** For `tls: "provided"`: file with the private key (PEM). */
  certificateKeyFile?: string;
  /** For `tls: "provided"` by a private CA: file with its certificate (PEM), which the handshake then trusts. */
  certificateAuthorityFile?: string;
  /** For `tls: "acme"`: that you agree to the terms of the CA; nothing is ordered without. Default false. */
  acmeTermsAgreed?: boolean;
  /** For `tls: "acme"`: where the CA may write to; it is given once, when the account is registered. Default: none. */
  acmeEmail?: string;
  /** For `tls: "acme"`: `"letsencrypt"` (default), `"staging"` (its test CA), or the URL of another ACME directory. */
  acmeDirectory?: string;
  /**
   * For `tls: "acme"` by a CA of your own: file with the CA of the directory's own HTTPS and the one of what it issues
   * (PEM). The handshake then trusts them, and private addresses may be certified.
   */
  acmeCaFile?: string;
  /**
   * For `tls: "acme"`: profile of the certificate. Default: `"shortlived"` (160 hours) where an address is among the
   * names, since Let's Encrypt certifies addresses by no other; else what the CA has as its default.
   */
  acmeProfile?: string;
  /** For an ACME CA that binds accounts to its customers: key identifier of the external account binding. */
  acmeEabKeyId?: string;
  /** HMAC key of the external account binding, base64url. */
  acmeEabHmacKey?: Input<string>;

  /**
   * Seconds in which a new connection must confirm a change of the firewall; else the host takes the change back.
   * Default 60.
   */
  firewallTimeout?: number;

  /** Name of the nginx site under /etc/nginx/sites-available. Default `"geo-system"`. */
  siteName?: string;
  /** Path that nginx upgrades to WebSocket. Default `"/ws"`. */
  websocketPath?: string;
  /**
   * What nginx serves, path by path: a WebSocket of the backend, its HTTP, or files. nginx takes the longest path that fits; what
   * none fits is not found. Each WebSocket is proven. Default: `websocketPath` as a WebSocket, and HTTP everywhere else.
   * Example: `{ "/ws": { websocket: true }, "/live": { websocket: true, handshake: "plain" }, "/api/": {},
   * "/": { files: "../web/dist", fallback: "index.html" } }`.
   */
  routes?: Record<string, RouteInput>;
  /** Seconds a silent WebSocket is held (proxy_read_timeout, proxy_send_timeout). Default 86400. */
  readTimeout?: number;
  /**
   * Connections of clients that the host is to hold at once. From it follow the limits of nginx, of its unit and of the
   * kernel, and the addresses from which nginx reaches the backend; what the host cannot hold is refused before anything
   * is changed. Default: none, the limits are those of `workerConnections`. Example: `50_000`.
   */
  expectedConnections?: number;
  /** Connections of one nginx worker; a WebSocket takes two of them. Default 20000. */
  workerConnections?: number;
  /**
   * Seconds that an nginx worker which a reload replaced may live (worker_shutdown_timeout); then its connections are
   * closed, and clients reconnect to a current one. 0: until the last of them ends by itself. Default 86400.
   */
  workerShutdownTimeout?: number;
  /**
   * Port 80 only redirects to `https://` (308) and answers an ACME CA; browsers are told to keep to https (HSTS, half a
   * year). Clients of `ws://` are rejected. Default false.
   */
  httpsOnly?: boolean;
  /**
   * File with directives of one's own for the site's `server` block: headers, limits, locations. It is tested and
   * compared like the rest of the site. Default: none. Example: `"limits.conf"`.
   */
  siteInclude?: string;
  /** File with directives of one's own for nginx's `http` block, such as `limit_req_zone`, which those may need. */
  siteHttpInclude?: string;
  /**
   * Proxies in front of the host, addresses or networks. What they say in X-Forwarded-For and X-Forwarded-Proto counts: the
   * client's address in logs, in `sticky` and in what the backend is told. Default: none, as any client can say that.
   */
  trustedProxies?: string[];
  /**
   * Whether a load balancer in front of the host speaks the PROXY protocol (AWS NLB, HAProxy). Ports 80 and 443 then take no
   * other connection, and its header says who the client is, where the balancer is one of `trustedProxies`; the
   * service is proven at `serverName`, which leads to the balancer. Default false.
   */
  proxyProtocol?: boolean;

  /**
   * Folder of the backend: package.json and its files, in a repository with the lock file of npm, pnpm or yarn. It may
   * be a member of a workspace. Default: the example.
   */
  backendSource?: string;
  /**
   * Command that builds the backend, in its folder; `"off"`: none. Default: its `build` script, where it has one. It
   * runs on the operator's machine, in a clean copy with all dependencies from the lock file.
   */
  backendBuild?: string;
  /**
   * Files of `backendSource` that travel although git ignores them or they look like secrets: patterns in the syntax of
   * .gitignore, from `backendSource`. One that names no file is refused. Default `[]`.
   */
  backendInclude?: string[];
  /**
   * The command line that starts the backend, such as `"node --enable-source-maps dist/server.js"` or
   * `"npm run start:prod"`: a Node program, without a shell. Default: the repository's own ecosystem.config.js, else
   * `scripts.start` of package.json, else `main`.
   */
  backendStart?: string;
  /** Name of the pm2 application. Default `"geo-backend"`. */
  backendName?: string;
  /**
   * TCP port on which the backend listens on loopback; it is told as PORT. A backend that has its port in its code is
   * moved to PORT where this is that port. Default 3000.
   */
  backendPort?: number;
  /**
   * The other TCP port on loopback: a new release stands by there while the old one leaves `backendPort`. Where the old
   * one cannot leave it, the release stays there, and the two ports have swapped roles. Default 3001.
   */
  backendStandbyPort?: number;
  /**
   * Processes of the backend. 1: in pm2's fork mode. More: in its cluster mode, on one port; with `sticky` in fork
   * mode, on ports of their own. Default: what the repository's own ecosystem.config.js says, else 1.
   */
  backendInstances?: number;
  /**
   * Whether nginx keeps each client, by its address, at one of several instances: for protocols that take several HTTP
   * requests to connect (socket.io, SockJS). The instances then listen on every second port from `backendPort` on, and
   * those of the next release on every second port from `backendStandbyPort` on. No effect with one instance.
   * Default: true with `handshake: "socket.io"`, else false.
   */
  sticky?: boolean;
  /** Environment of the backend, beside PORT, HOST, WS_PATH, DATA_DIR, HANDOVER_SECONDS and NODE_ENV. Default `{}`. */
  backendEnvironment?: Record<string, string>;
  /** Secret environment of the backend: in a file that only its user reads. Default `{}`. */
  backendSecretEnvironment?: Input<Record<string, Input<string>>>;
  /**
   * Folders (or files) of the release that live in `DATA_DIR` and survive releases: each release gets a link in their
   * place. What the running release has there moves along; what an archive has there is the first content, once.
   * A name with an extension is a file, which the backend creates. Default `[]`. Example: `["data", "storage/app"]`.
   */
  backendShared?: string[];
  /**
   * Several backends on one host, by name: each with the keys that begin with `backend`, without that word, and with
   * `sticky`, `handover`, `handoverSeconds`, `keepReleases`, `handshake`, `handshakeToken` and `takeOver` of its own. Each
   * path of `routes` names its application. Default: the one backend of the keys above.
   * Example: `{ api: { source: "../api", port: 3000 }, chat: { source: "../chat", port: 3100 } }`.
   */
  applications?: Record<string, ApplicationInput>;
  /**
   * On a host that was set up by hand, what the first `up` takes the place of, where the preview does not find it by
   * itself: the application that has `backendPort`, by its name under pm2 or its unit, which ends at the deadline; the
   * site of nginx that ours replaces, besides one of our name; its data, which comes along and is shared like a path of
   * `backendShared`. What that key names in the folder of the application comes along by itself. `destroy` gives all of it
   * back. Default: what nginx passes to by a site of our name.
   * Example: `{ application: "api", site: "default", data: ["uploads", "/var/lib/geo/data"] }`.
   */
  takeOver?: { application?: string; site?: string; data?: string[] };
  /**
   * Packages that apt installs for the backend, where they are missing. `destroy` names them and leaves them there.
   * Default `[]`. Example: `["build-essential", "redis-server"]`.
   */
  hostPackages?: string[];
  /**
   * Units of systemd that must run, be enabled at boot, and start before the backend. `destroy`, or removal from the
   * list, gives each back as it was before. Default `[]`. Example: `["redis-server", "postgresql"]`.
   */
  hostServices?: string[];
  /**
   * How a release takes the place of the one before; docs/releases.md tells which backend takes which.
   * `"paced"` (default): the clients are asked to reconnect over `handoverSeconds`. `"at-once"`: all are asked as soon as
   * the new release is proven, for a backend that keeps rooms in memory. `"stop-start"`: the old process ends before the
   * new one starts, for a backend that must be alone.
   */
  handover?: "paced" | "at-once" | "stop-start";
  /**
   * Seconds over which a release asks the clients of the one before to reconnect. 5 seconds later those that are left
   * are cut, unless they are still leaving. 0 means `handover: "stop-start"`, and no other value of `handover` goes with
   * it. Default 10.
   */
  handoverSeconds?: number;
  /** How many releases stay on the host, the running one included. Default 5. */
  keepReleases?: number;

  /** Version of Node on the host, for every source but `distribution`. Default `"24.21.0"`. */
  nodeVersion?: string;
  /** Where Node comes from: `"archive"` (nodejs.org or a mirror), `"nodesource"`, `"distribution"`, `"npm"`. */
  nodeSource?: "archive" | "nodesource" | "distribution" | "npm";
  /** Mirror of https://nodejs.org/dist for `nodeSource: "archive"`, of NodeSource's packages for `"nodesource"`. */
  nodeMirror?: string;
  /** Mirror of the distribution's packages. Default: what the host's own apt sources say. */
  aptMirror?: string;
  /** npm registry of the host. Default: what the host's own npm configuration says. */
  npmRegistry?: string;
  /** Python package index of the host, for the ACME client. Default: what the host's own pip configuration says. */
  pythonIndex?: string;

  /**
   * What the backend speaks: a preset's name (`"plain"`), a preset with options (`{ preset: "plain", query: … }`), or
   * a script of one's own, see docs/handshake.md. Default: `"plain"`, which holds for every WebSocket server: the URL
   * opens, stays open for a second, answers a ping frame, and closes cleanly. The bundled example is proven by its own
   * flow (`"example"`), and one without a WebSocket, which must name it, by a request (`"http"`).
   */
  handshake?: HandshakeInput;
  /**
   * Token that the handshake shows: `${token}` in a script, `?token=` in the URL for `plain`. Default: none; for the
   * example, and for a script beside a `TOKEN_SECRET`, one made with that secret.
   */
  handshakeToken?: Input<string>;
  /** Seconds the handshake waits for each answer. Default 10. */
  handshakeTimeout?: number;

  /** Seconds that an `up` waits for another run on the host, before it begins; 0 (default): it is refused at once. */
  lockWait?: number;
  /**
   * How far an `up` may reach, for a deployment in business hours: `"nothing"`, `"reload"` (of nginx, connections
   * stay), `"handover"` (connections are asked to reconnect), `"firewall"` (default: everything). More is refused
   * before anything is changed.
   */
  maxReach?: "nothing" | "reload" | "handover" | "firewall";
}
