import { readFile } from "node:fs/promises";
import type { Handshake } from "../../infra/handshake/handshake.ts";
import { shownUrl } from "../../infra/handshake/mask.ts";
import { withHostAgent } from "../../infra/host/host-agent.ts";
import { resolveHostKey } from "../../infra/host/host-key.ts";
import { parseJumpHost } from "../../infra/host/jump-host.ts";
import { knownHostsFiles } from "../../infra/host/known-hosts.ts";
import { operatorSsh } from "../../infra/host/ssh-config.ts";
import { sshLine } from "../../infra/next-commands.ts";
import { type HandshakeOptions, handshakeFrom } from "./handshake-option.ts";
import { shellWords } from "./shell-words.ts";
import type { ClientSecrets, Target } from "./target.ts";
import { urlSecrets } from "./url-secret.ts";

/** What an operator without state says of the host. */
export interface HostOptions extends HandshakeOptions {
  stack?: string;
  component?: string;
  host?: string;
  url?: string[];
  port?: string;
  user?: string;
  jumpHost?: string;
  hostKey?: string;
  identity?: string;
  ca?: string;
  token?: string;
  application?: string;
  site?: string;
}

/** The host that the options describe; the token comes from a URL, or from GEO_SYSTEM_TOKEN, which no `ps` shows. */
export async function optionTarget(options: HostOptions): Promise<Target> {
  const given = (options.url ?? []).map(webSocketUrl);
  const { host, user, sshPort, jumpHost, knownHosts } = login(options, bare(given[0]?.hostname ?? ""));
  const { application = "geo-backend", site = "geo-system" } = options;
  const authority = host.includes(":") ? `[${host}]` : host;
  // As they were given, to the letter: a query may hold more than a token.
  const urls = given.length > 0 ? (options.url ?? []) : [`ws://${authority}/ws`, `wss://${authority}/ws`];
  return {
    ...{ host, user, sshPort, urls, application, site },
    ssh: sshLine(host, { port: sshPort, user, jumpHost }),
    // `npm run up` here would provision another host.
    up: "# whoever deployed this host: pulumi up, in the stack that it belongs to",
    named: naming(options),
    assumed: given.length === 0,
    client: Promise.resolve(await clientOf(options, given)),
    withKeys: (run) => withHostAgent(options.host ?? host, options.identity ? [options.identity] : [], run),
    connection: async () => {
      const jump = jumpHost ? parseJumpHost(jumpHost, user) : undefined;
      const through = jump && {
        jumpHost: { ...jump, hostKey: await resolveHostKey({ ...jump, setting: "jumpHostKey" }) },
      };
      const target = { host, port: sshPort, user, ...through };
      const hostKey = options.hostKey ? { hostKey: options.hostKey } : {};
      return { ...target, hostKey: await resolveHostKey({ ...target, ...hostKey, ...knownHosts }) };
    },
  };
}

/**
 * Where and as whom to log in: as the options say it, else as the operator's ssh_config does of that name. No state is made
 * from it, so that it may be another one for everybody.
 */
function login({ host: name, user, port, jumpHost }: HostOptions, ofUrl: string) {
  const own = operatorSsh(name ?? ofUrl);
  const host = (name !== undefined && own.hostName) || (name ?? ofUrl);
  const used = [
    ...(host === (name ?? ofUrl) ? [] : [`HostName ${host}`]),
    ...(own.user && !user ? [`User ${own.user}`] : []),
    ...(own.port && !port ? [`Port ${own.port}`] : []),
    ...(own.proxyJump && !jumpHost ? [`ProxyJump ${own.proxyJump}`] : []),
  ];
  if (used.length > 0) console.error(`${name ?? ofUrl}: ${used.join(", ")}, by ssh_config`);
  return {
    host,
    user: user ?? own.user ?? "ubuntu",
    sshPort: Number(port ?? own.port ?? 22),
    jumpHost: jumpHost ?? oneJump(own.proxyJump),
    ...(own.knownHostsFiles.length > 0 && { knownHosts: { knownHosts: knownHostsFiles(name ?? ofUrl) } }),
  };
}

/** @throws for a chain of them: `@pulumi/command` goes through one */
function oneJump(proxyJump: string | undefined): string | undefined {
  if (proxyJump === undefined) return undefined;
  if (!proxyJump.includes(",")) return withConfig(parseJumpHost(proxyJump.replace(/^ssh:\/\//, ""), ""));
  throw new Error(
    `ProxyJump of ssh_config: expected one host to go through, found ${proxyJump}\n  next: --jump-host [USER@]HOST`,
  );
}

/** A jump host may be a name of ssh_config, too. */
function withConfig({ user, host, port }: { user: string; host: string; port: number }): string {
  const own = operatorSsh(host);
  const name = user || own.user;
  return `${name ? `${name}@` : ""}${own.hostName ?? host}:${port === 22 ? (own.port ?? port) : port}`;
}

/** What every WebSocket server does is the default. Where no token is given, a client without one is what is asked for. */
async function clientOf(options: HostOptions, given: readonly URL[]): Promise<ClientSecrets> {
  const handshake: Handshake = (await handshakeFrom(options)) ?? { preset: "plain" };
  const secrets = given.flatMap(urlSecrets);
  const inUrl = secrets.find(({ name }) => name === "token")?.value;
  const token = inUrl ?? process.env.GEO_SYSTEM_TOKEN ?? "";
  const ca = options.ca && (await readFile(options.ca, "utf8"));
  return {
    handshake,
    token,
    ...(ca && { ca }),
    secrets: secrets.map(({ value }) => value),
  };
}

/** The same options again, as they may be printed: without a token. */
function naming({ url = [], ...given }: HostOptions): string {
  const { host, user, port, jumpHost, hostKey, identity, ca, application, site, handshake, script } = given;
  const single = Object.entries({
    ...{ "--host": host, "--user": user, "--port": port, "--jump-host": jumpHost, "--host-key": hostKey },
    ...{ "--identity": identity, "--ca": ca, "--application": application, "--site": site },
    ...{ "--handshake": handshake, "--script": script },
  }).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  return shellWords([...url.flatMap((each) => ["--url", shownUrl(each)]), ...single]);
}

function webSocketUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return url;
  throw new Error(`--url: expected ws://HOST/PATH or wss://HOST/PATH, found ${text}`);
}

const bare = (name: string) => name.replace(/^\[|\]$/g, "");
