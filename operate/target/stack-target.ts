import { execa } from "execa";
import { z } from "zod";
import { addresses } from "../../infra/addresses.ts";
import { handshakeScript } from "../../infra/handshake/script.ts";
import { withAgent } from "../../infra/host/agent.ts";
import type { HostConnection } from "../../infra/host/connection.ts";
import { resolveHostKey } from "../../infra/host/host-key.ts";
import { parseJumpHost } from "../../infra/host/jump-host.ts";
import { sshLine } from "../../infra/next-commands.ts";
import { project, type ReadyStack, readyStack } from "../run-pulumi.ts";
import { stackConfig } from "../stack.ts";
import type { ClientSecrets, Target } from "./target.ts";

/** The keys of a stack's file that matter here; what was deployed with others is told by the outputs. */
const configuration = z.object({
  host: z.string(),
  port: z.coerce.number().default(22),
  user: z.string().default("ubuntu"),
  hostKey: z.string().optional(),
  jumpHost: z.string().optional(),
  jumpHostKey: z.string().optional(),
  privateKey: z.unknown().optional(),
  serverName: z.string().optional(),
  tls: z.enum(["self-signed", "provided", "off"]).default("self-signed"),
  websocketPath: z.string().default("/ws"),
  siteName: z.string().default("geo-system"),
  backendName: z.string().default("geo-backend"),
  handshake: handshakeScript.optional().catch(undefined),
});
type Configuration = z.output<typeof configuration>;

const outputs = z.object({ testUrl: z.string().optional(), caCertificate: z.string().optional() });

/**
 * The host of a stack: the selected one, the wanted one, or the sandbox where no host is configured.
 *
 * @throws where the stack configures no host
 */
export async function stackTarget(wanted: string | undefined): Promise<Target> {
  const stack = await readyStack(wanted);
  const settings = configured(stack.stack);
  const { host, port, user, siteName, backendName } = settings;
  const { wsUrl, wssUrl } = addresses(settings);
  const again = wanted ? ` -- --stack ${wanted}` : "";
  const client = clientSecrets(stack, settings);
  client.catch(() => {}); // Whoever awaits it is told.
  return {
    ...{ host, user, client, sshPort: port, application: backendName, site: siteName },
    urls: wssUrl ? [wsUrl, wssUrl] : [wsUrl],
    ssh: stack.sandbox
      ? `npm run -s sandbox -- ssh --name ${stack.sandbox} --`
      : sshLine(host, { port, user, jumpHost: settings.jumpHost }),
    up: `npm run up${again}`,
    withKeys: (run) => (settings.privateKey === undefined ? withAgent(stack.keyPaths, run) : run()),
    connection: () => connectionOf(stack, settings),
  };
}

function configured(stack: string): Configuration {
  const prefix = "geo-system:";
  const own = Object.entries(stackConfig(project, stack)).map(
    ([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value] as const,
  );
  const read = configuration.safeParse(Object.fromEntries(own));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(
    `Pulumi.${stack}.yaml: ${issue?.path.join(".")}: ${issue?.message}\n  next: name the host without a stack: npm run diagnose -- --host ADDRESS`,
  );
}

async function clientSecrets(stack: ReadyStack, settings: Configuration): Promise<ClientSecrets> {
  const { stdout } = await execa("pulumi", ["stack", "output", "--json", "--show-secrets"], {
    cwd: project,
    env: stack.environment,
  });
  const { testUrl, caCertificate } = outputs.parse(JSON.parse(stdout));
  const token = testUrl && new URL(testUrl).searchParams.get("token");
  return {
    ...(token && { token }),
    ...(caCertificate && { ca: caCertificate }),
    ...(settings.handshake && { script: settings.handshake }),
  };
}

async function connectionOf(stack: ReadyStack, settings: Configuration): Promise<HostConnection> {
  const { host, port, user, hostKey } = settings;
  const jump = settings.jumpHost && parseJumpHost(settings.jumpHost, user);
  const jumpHost = jump && {
    ...jump,
    hostKey: await resolveHostKey({
      ...jump,
      setting: "jumpHostKey",
      ...(settings.jumpHostKey && { hostKey: settings.jumpHostKey }),
    }),
  };
  const keys = await privateKey(stack, settings);
  const target = { host, port, user, ...keys, ...(jumpHost && { jumpHost }) };
  return { ...target, hostKey: await resolveHostKey({ ...target, ...(hostKey && { hostKey }) }) };
}

/** Where a private key is configured it is encrypted in the stack's file: the CLI reads it. */
async function privateKey(stack: ReadyStack, settings: Configuration) {
  if (settings.privateKey === undefined) return {};
  const read = async (key: string) => {
    const { stdout, exitCode } = await execa("pulumi", ["config", "get", key], {
      cwd: project,
      env: stack.environment,
      reject: false,
    });
    return exitCode === 0 ? stdout : undefined;
  };
  const [key, passphrase] = await Promise.all([read("privateKey"), read("privateKeyPassword")]);
  return { ...(key && { privateKey: key }), ...(passphrase && { privateKeyPassword: passphrase }) };
}
