import { pulumiLine } from "../pulumi-command.ts";
import { renderSecretEnvironment } from "../render/secret-environment.ts";
import { acmeConflicts } from "./acme-conflicts.ts";
import { nodeConflicts } from "./backend-problems.ts";
import { checkPair } from "./certificate-pair.ts";
import { handshakeOf, takesMadeToken } from "./default-handshake.ts";
import { portConflicts } from "./port-conflicts.ts";
import { isHttpOnly, routeProblems } from "./routes.ts";
import { isLater, type Settings } from "./schema.ts";
import { takenConflicts } from "./taken-data.ts";

type Some = Partial<Settings>;

/** What is wrong between keys that are each right alone. Every message names both. */
export function conflicts(settings: Some): string[] {
  return [
    portConflicts,
    certificateConflicts,
    certificateProblems,
    acmeConflicts,
    httpsOnlyConflicts,
    proxyConflicts,
    routeConflicts,
    handshakeConflicts,
    hostKeyConflicts,
    tokenConflicts,
    environmentConflicts,
    handoverConflicts,
    takenConflicts,
    nodeConflicts,
  ].flatMap((find) => find(settings));
}

function certificateConflicts(settings: Some): string[] {
  const files = ["certificateFile", "certificateKeyFile"] as const;
  if (settings.tls === "provided") {
    return files
      .filter((key) => !settings[key])
      .map((key) => `${key}: expected a file, since tls is "provided"; found nothing`);
  }
  const unused = [...files, "certificateAuthorityFile" as const].filter((key) => settings[key]);
  return settings.tls
    ? unused.map(
        (key) =>
          `${key}: expected nothing, since tls is "${settings.tls}"; set tls to "provided" or remove the key: ${pulumiLine(`config rm ${key}`)}`,
      )
    : [];
}

function httpsOnlyConflicts({ httpsOnly, tls }: Some): string[] {
  if (!httpsOnly || tls !== "off") return [];
  return [
    'httpsOnly: expected false, since tls is "off" and nothing would be served; remove one of the two keys',
  ];
}

/** Without them no balancer is trusted, or the proof bypasses the balancer and is refused. */
function proxyConflicts({ proxyProtocol, trustedProxies, serverName, host }: Some): string[] {
  if (!proxyProtocol) return [];
  const problems = [];
  if (trustedProxies?.length === 0)
    problems.push(
      `trustedProxies: expected the balancer's addresses or networks, since proxyProtocol is on, found none; ${pulumiLine("config set --path 'trustedProxies[0]' 10.0.0.0/8")}`,
    );
  const past = serverName?.find((name) => name === host);
  if (!serverName || past !== undefined)
    problems.push(
      `serverName: expected names or addresses of the balancer, since proxyProtocol is on and clients cannot come to host directly, found ${past ?? "nothing"}; ${pulumiLine("config set serverName geo.example")}`,
    );
  return problems;
}

function routeConflicts({ websocketPath, routes }: Some): string[] {
  return websocketPath ? routeProblems({ websocketPath, routes }) : [];
}

/**
 * A WebSocket is proven as one, and what has none by a request. That it has none must be said: a path whose `websocket` was
 * forgotten would pass, and no client would get through.
 */
function handshakeConflicts({ handshake, routes }: Some): string[] {
  const httpOnly = isHttpOnly({ routes });
  if (!handshake)
    return httpOnly
      ? [
          'handshake: expected http, since no path of routes is a WebSocket, found nothing; add "websocket": true to its path, or set handshake to http',
        ]
      : [];
  const byRequest = "preset" in handshake && handshake.preset === "http";
  if (httpOnly === byRequest) return [];
  const found = "preset" in handshake ? handshake.preset : "a script";
  return [
    httpOnly
      ? `handshake: expected http, since no path of routes is a WebSocket, found ${found}; add "websocket": true to its path, or remove the key`
      : "handshake: expected what its WebSocket speaks, found http, which is for an application without one; remove the key, or name a preset or a script",
  ];
}

function hostKeyConflicts({ host, hostKey, jumpHost, jumpHostKey }: Some): string[] {
  const problems = [];
  if (host !== undefined && typeof host !== "string" && !hostKey) {
    problems.push(
      "hostKey: expected a public key, since host is an output that known_hosts cannot be asked about",
    );
  }
  if (jumpHostKey && !jumpHost) problems.push("jumpHostKey: expected nothing, since there is no jumpHost");
  return problems;
}

/** The example and a script that shows a token need one: the operator's, or one signed with TOKEN_SECRET. */
function tokenConflicts({
  backendSecretEnvironment: secrets,
  handshakeToken,
  backendSource,
  handshake,
}: Some): string[] {
  if (!takesMadeToken(handshakeOf({ handshake, backendSource }))) return [];
  if (handshakeToken || !backendSource || !secrets || isLater(secrets)) return [];
  const secret = (secrets as Record<string, string>).TOKEN_SECRET;
  if (secret && secret.length >= 16) return [];
  const found = secret ? `${secret.length} characters` : "nothing";
  return [
    `backendSecretEnvironment.TOKEN_SECRET: expected at least 16 characters to sign tokens with, found ${found}; ` +
      `${pulumiLine('config set --secret --path backendSecretEnvironment.TOKEN_SECRET "$(openssl rand -hex 32)"')}, ` +
      `or, for a backend with tokens of its own, ${pulumiLine("config set --secret handshakeToken TOKEN")}`,
  ];
}

function handoverConflicts({ handover, handoverSeconds }: Some): string[] {
  if (handoverSeconds !== 0 || handover === undefined || handover === "stop-start") return [];
  return [
    `handover: expected "stop-start", since handoverSeconds is 0, found "${handover}"; set handoverSeconds to 1 or more, or remove one of the two keys`,
  ];
}

/** What the backend's environment cannot hold, or sets twice; the renderers say it. */
function environmentConflicts(settings: Some): string[] {
  const { backendName, user, backendPort, websocketPath, backendEnvironment } = settings;
  const { handover, handoverSeconds } = settings;
  if (!backendName || !user || !backendPort || !websocketPath || !backendEnvironment) return [];
  if (handoverSeconds === undefined) return [];
  const parameters = {
    ...{ backendName, user, backendPort, websocketPath, backendEnvironment },
    ...{ handover, handoverSeconds },
  };
  const secrets = settings.backendSecretEnvironment;
  const known = secrets && !isLater(secrets) ? (secrets as Record<string, string>) : {};
  return problemsOf(() => renderSecretEnvironment(parameters, known, ""));
}

/** A certificate that nginx would refuse, or no client accept. */
function certificateProblems({ tls, certificateFile, certificateKeyFile, serverName }: Some): string[] {
  if (tls !== "provided" || !certificateFile || !certificateKeyFile) return [];
  return problemsOf(() => checkPair(certificateFile, certificateKeyFile, serverName));
}

function problemsOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
