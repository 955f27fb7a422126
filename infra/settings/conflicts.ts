import type { Settings } from "./schema.ts";

type Some = Partial<Settings>;

/** What is wrong between keys that are each right alone. Every message names both. */
export function conflicts(settings: Some): string[] {
  return [
    ...portConflicts(settings),
    ...certificateConflicts(settings),
    ...hostKeyConflicts(settings),
    ...tokenConflicts(settings),
  ];
}

/** The ports that something else on the host already needs. */
function portConflicts({ port, tls, backendPort, backendStandbyPort }: Some): string[] {
  const taken = new Map<number, string>([[80, "HTTP"]]);
  if (tls !== "off") taken.set(443, "HTTPS");
  if (port !== undefined) taken.set(port, "SSH (key port)");
  const wanted: [string, number | undefined][] = [
    ["backendPort", backendPort],
    ["backendStandbyPort", backendStandbyPort],
  ];
  return wanted.flatMap(([key, value]) => {
    if (value === undefined) return [];
    const owner = taken.get(value);
    taken.set(value, `the backend (key ${key})`);
    return owner ? [`${key}: expected a free port, found ${value}, which is for ${owner}`] : [];
  });
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
          `${key}: expected nothing, since tls is "${settings.tls}"; set tls to "provided" or remove the key`,
      )
    : [];
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

/** The example backend signs tokens with TOKEN_SECRET; another backend's token can only come from the operator. */
function tokenConflicts({
  backendSecretEnvironment: secrets,
  handshakeToken,
  backendSource,
}: Some): string[] {
  if (handshakeToken || !backendSource || !secrets || "apply" in secrets) return [];
  const secret = (secrets as Record<string, string>).TOKEN_SECRET;
  if (secret && secret.length >= 16) return [];
  const found = secret ? `${secret.length} characters` : "nothing";
  return [
    `backendSecretEnvironment.TOKEN_SECRET: expected at least 16 characters to sign tokens with, found ${found}; ` +
      'pulumi config set --secret --path backendSecretEnvironment.TOKEN_SECRET "$(openssl rand -hex 32)", ' +
      "or, for a backend with tokens of its own, pulumi config set --secret handshakeToken TOKEN",
  ];
}
