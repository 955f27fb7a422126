import { readFile } from "node:fs/promises";
import { withAgent } from "../../infra/host/agent.ts";
import { resolveHostKey } from "../../infra/host/host-key.ts";
import { parseJumpHost } from "../../infra/host/jump-host.ts";
import { sshLine } from "../../infra/next-commands.ts";
import type { Target } from "./target.ts";
import { words } from "./words.ts";

/** What an operator without state says of the host. */
export interface HostOptions {
  stack?: string;
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
  const host = options.host ?? bare(given[0]?.hostname ?? "");
  const { user = "ubuntu", jumpHost, application = "geo-backend", site = "geo-system" } = options;
  const sshPort = Number(options.port ?? 22);
  const authority = host.includes(":") ? `[${host}]` : host;
  const urls = given.length > 0 ? given.map(withoutQuery) : [`ws://${authority}/ws`, `wss://${authority}/ws`];
  const token =
    given.map((url) => url.searchParams.get("token")).find(Boolean) ?? process.env.GEO_SYSTEM_TOKEN;
  const ca = options.ca && (await readFile(options.ca, "utf8"));
  return {
    ...{ host, user, sshPort, urls, application, site },
    ssh: sshLine(host, { port: sshPort, user, jumpHost }),
    // `npm run up` here would provision another host.
    up: "# whoever deployed this host: pulumi up, in the stack that it belongs to",
    named: naming(options, urls),
    client: Promise.resolve({ handshake: { preset: "example" }, ...(token && { token }), ...(ca && { ca }) }),
    withKeys: (run) => withAgent(options.identity ? [options.identity] : [], run),
    connection: async () => {
      const jump = jumpHost ? parseJumpHost(jumpHost, user) : undefined;
      const through = jump && {
        jumpHost: { ...jump, hostKey: await resolveHostKey({ ...jump, setting: "jumpHostKey" }) },
      };
      const target = { host, port: sshPort, user, ...through };
      const hostKey = options.hostKey ? { hostKey: options.hostKey } : {};
      return { ...target, hostKey: await resolveHostKey({ ...target, ...hostKey }) };
    },
  };
}

/** The same options again, as they may be printed: without a token. */
function naming({ url, ...given }: HostOptions, urls: readonly string[]): string {
  const { host, user, port, jumpHost, hostKey, identity, ca, application, site } = given;
  const single = Object.entries({
    ...{ "--host": host, "--user": user, "--port": port, "--jump-host": jumpHost, "--host-key": hostKey },
    ...{ "--identity": identity, "--ca": ca, "--application": application, "--site": site },
  }).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  return words([...(url ? urls : []).flatMap((each) => ["--url", each]), ...single]);
}

function webSocketUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return url;
  throw new Error(`--url: expected ws://HOST/PATH or wss://HOST/PATH, found ${text}`);
}

/** A token in it is for the client, not for a screen. */
function withoutQuery({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

const bare = (name: string) => name.replace(/^\[|\]$/g, "");
