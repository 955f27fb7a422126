import { posix } from "node:path";
import { describeProcess } from "../../infra/host/found.ts";
import type { Site } from "../../infra/nginx/served-site.ts";
import { bytesText } from "../../infra/preview/data.ts";
import { schema } from "../../infra/settings/schema.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Served } from "./choose.ts";
import type { Running } from "./read.ts";

/** The configuration that reproduces a host, and what it cannot say. No secret value is in it. */
export interface Report {
  /** What was found, a line each. */
  found: string[];
  /** Keys of the configuration. */
  config: Record<string, unknown>;
  /** Commands that set the secrets. */
  secrets: string[];
  /** Commands that bring the certificate's files. */
  files: string[];
  /** What has to be decided or done by hand. */
  notes: string[];
}

/** How the host is reached. */
export interface Reached {
  host: string;
  user: string;
  sshPort: number;
  /** `ssh ubuntu@203.0.113.7` */
  ssh: string;
}

export function reportOf(served: Served, others: readonly Served[], reached: Reached): Report {
  const { site } = served;
  const running = served.running.manager === "docker" ? ofDocker(served.running) : served.running;
  return {
    found: [describeProcess(running), `nginx serves it by ${site.file}`],
    config: configOf(running, site, reached),
    secrets: running.environment.secret.map((name) => secretCommand(name, running, reached)),
    files: certificateCommands(site, reached),
    notes: [...applicationNotes(running, reached), ...siteNotes(site), ...others.map(otherNote)],
  };
}

/** What Docker runs for a port is no part of the application, which is in the container. */
const ofDocker = (running: Running): Running => ({
  ...{ ...running, node: "", data: [], dotenv: [] },
  environment: { plain: {}, secret: [], own: [] },
});

function configOf({ port, node, environment, data }: Running, site: Site, reached: Reached) {
  const names = site.names.filter(isServerName);
  const [websocketPath] = site.webSocketPaths;
  return {
    host: reached.host,
    ...(reached.sshPort !== 22 && { port: reached.sshPort }),
    user: reached.user,
    ...(names.length > 0 && { serverName: names.join(", ") }),
    ...takenSite(site),
    ...certificateConfig(site),
    ...proxyConfig(site),
    ...(isValid("websocketPath", websocketPath) && { websocketPath }),
    backendPort: port,
    ...(isValid("nodeVersion", node) && { nodeVersion: node }),
    ...(Object.keys(environment.plain).length > 0 && { backendEnvironment: environment.plain }),
    ...(data.length > 0 && { backendShared: data.map(({ path }) => path) }),
  };
}

/** Files beside the Pulumi.yaml, as the commands below bring them. */
const [ownCertificate, ownKey] = ["certificate.pem", "certificate-key.pem"];

const certificateConfig = ({ certificates }: Site) =>
  certificates.length === 0
    ? { tls: "off" }
    : { tls: "provided", certificateFile: ownCertificate, certificateKeyFile: ownKey };

/** The key is a file that only the operator reads. */
function certificateCommands({ certificates: [first] }: Site, { ssh, user }: Reached): string[] {
  if (!first) return [];
  const read = (file: string) => `${ssh} ${shellWords([shellWords([...asRoot(user), "cat", file])])}`;
  return [`${read(first.file)} > ${ownCertificate}`, `(umask 077; ${read(first.key)} > ${ownKey})`];
}

/** A balancer that speaks the PROXY protocol would be refused by a site that does not expect it. */
function proxyConfig({ proxies: { trusted, protocol } }: Site) {
  const known = trusted.length > 0 && schema.trustedProxies.safeParse(trusted).success;
  return { ...(known && { trustedProxies: trusted }), ...(protocol && { proxyProtocol: true }) };
}

/** What `proxyConfig` says. */
const ofProxies =
  /^(listen .*\bproxy_protocol\b|set_real_ip_from |real_ip_header (x-forwarded-for|proxy_protocol);|real_ip_recursive )/i;

/** Its site gives way only where it has the name of ours, or is named. */
function takenSite({ file }: Site) {
  const { dir, base } = posix.parse(file);
  if (dir !== "/etc/nginx/sites-enabled" || base === schema.siteName.parse(undefined)) return {};
  return schema.takeOver.safeParse({ site: base }).success ? { takeOver: { site: base } } : {};
}

const isServerName = (name: string) => isValid("serverName", name);

function isValid(key: "serverName" | "websocketPath" | "nodeVersion", value: string | undefined): boolean {
  return value !== undefined && value !== "" && schema[key].safeParse(value).success;
}

/** The value goes from the host straight into Pulumi's CLI, and is never shown. */
function secretCommand(name: string, { pid }: Running, { ssh, user }: Reached): string {
  const read = [...asRoot(user), "sed", "-zn", `s/^${name}=//p`, `/proc/${pid}/environ`].join(" ");
  return `${ssh} ${shellWords([read])} | tr -d '\\0' | npx pulumi config set --secret --path backendSecretEnvironment.${name}`;
}

function applicationNotes(running: Running, { user }: Reached): string[] {
  if (running.manager === "docker")
    return [
      "the application is in a container, so its code, Node, environment and data were not read: docker inspect NAME",
      `it keeps port ${running.port} until you end it: docker ps, then: docker stop NAME`,
    ];
  const { folder, node, dotenv, data, environment } = running;
  return [
    `backendSource: the folder of this application on your machine, with the code that is in ${folder}`,
    ...(isValid("nodeVersion", node)
      ? []
      : [`nodeVersion: ${node || "what runs is not Node"} is none that can be configured`]),
    ...(running.user === user ? [] : [`it runs as ${running.user}; it would run as ${user}`]),
    ...data.map(
      ({ path, bytes, why }) =>
        `backendShared: ${path} holds ${bytesText(bytes)}, ${why === "written" ? "written to since it started" : "taken for data by its name"}; the first up takes it along`,
    ),
    ...environment.own.map((name) => `${name} of its environment is set by the package`),
    ...dotenv.map(
      ({ file, names }) =>
        `${folder}/${file} is not part of a release: configure what it sets as well: ${names.join(", ") || "empty"}`,
    ),
  ];
}

function siteNotes(site: Site): string[] {
  const names = site.names.filter((name) => !isServerName(name));
  const [, ...paths] = site.webSocketPaths;
  const isSaid = Object.keys(proxyConfig(site)).length > 0;
  return [
    ...names.map((name) => `server name ${name} is not in the configuration: serverName takes no pattern`),
    ...paths.map((path) => `WebSocket path ${path} is not in the configuration: websocketPath is one`),
    ...site.certificates.map(certificateNote),
    ...site.others
      .filter((directive) => !isSaid || !ofProxies.test(directive))
      .map((directive) => `not in our site: ${directive}`),
  ];
}

function certificateNote({ file, key }: Site["certificates"][number]): string {
  const renewed = file.startsWith("/etc/letsencrypt/") ? "; certbot renews it there" : "";
  return `tls: certificateFile and certificateKeyFile are files on your machine: copies of ${file} and ${key}${renewed}, so bring them again after each renewal, or let the host order its own: tls acme`;
}

const otherNote = ({ running, site }: Served) =>
  `stays as it is: ${describeProcess(running)}, by ${site.file}`;
