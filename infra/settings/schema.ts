import { type Input, Output } from "@pulumi/pulumi";
import { z } from "zod";
import { handshakeSetting } from "../handshake/handshake.ts";
import { exampleBackend } from "../package-root.ts";
import { applications } from "./application-keys.ts";
import { check } from "./checks.ts";
import { backendShared, hostPackages, hostServices } from "./host-needs.ts";
import { reaches } from "./reaches.ts";
import { defaultWebsocketPath, routes } from "./routes.ts";
import { takeOver } from "./take-over.ts";

/** The check and the default of every key, in the order of {@link WebSocketHostArgs}. */
export const schema = {
  host: later(check.hostName),
  port: check.port.default(22),
  user: check.user.default("ubuntu"),
  hostKey: later(check.publicKey).optional(),
  jumpHost: check.jumpHost.optional(),
  jumpHostKey: check.publicKey.optional(),
  privateKey: later(check.text).optional(),
  privateKeyPassword: later(check.text).optional(),

  serverName: check.hostNames.optional(),
  tls: check.oneOf("self-signed", "acme", "provided", "off").default("self-signed"),
  certificateFile: check.file.optional(),
  certificateKeyFile: check.file.optional(),
  certificateAuthorityFile: check.file.optional(),
  acmeTermsAgreed: z.boolean("true or false").default(false),
  acmeEmail: check.email.optional(),
  acmeDirectory: check.acmeDirectory.default("letsencrypt"),
  acmeCaFile: check.file.optional(),
  acmeProfile: check.name.optional(),
  acmeEabKeyId: check.word.optional(),
  acmeEabHmacKey: later(check.word).optional(),

  firewallTimeout: check.whole("a number of seconds from 20 to 120", 20, 120).default(60),

  siteName: check.name.default("geo-system"),
  websocketPath: check.websocketPath.default(defaultWebsocketPath),
  routes: routes.optional(),
  readTimeout: check.seconds.default(86_400),
  expectedConnections: check.whole("a number from 1000 to 1000000", 1000, 1_000_000).optional(),
  workerConnections: check.whole("a number from 64 to 1000000", 64, 1_000_000).default(20_000),
  workerShutdownTimeout: check.whole("seconds from 0 (no limit) to 2147483", 0, 2_147_483).default(86_400),
  httpsOnly: z.boolean("true or false").default(false),
  siteInclude: check.file.optional(),
  siteHttpInclude: check.file.optional(),
  trustedProxies: z.array(check.network, 'a list of addresses and networks: ["10.0.0.0/8"]').default([]),
  proxyProtocol: z.boolean("true or false").default(false),

  backendSource: check.backendFolder.default(exampleBackend),
  backendInclude: check.texts.default([]),
  backendBuild: check.command.optional(),
  backendStart: check.command.optional(),
  backendName: check.name.default("geo-backend"),
  backendPort: check.port.default(3000),
  backendStandbyPort: check.port.default(3001),
  backendInstances: check.whole("a number from 1 to 64", 1, 64).optional(),
  sticky: z.boolean("true or false").optional(),
  backendEnvironment: check.environment.default({}),
  backendSecretEnvironment: later(check.environment).default({}),
  backendShared: backendShared.default([]),
  applications: applications.optional(),
  takeOver: takeOver.optional(),
  hostPackages: hostPackages.default([]),
  hostServices: hostServices.default([]),
  handover: check.oneOf("paced", "at-once", "stop-start").optional(),
  handoverSeconds: check.whole("seconds from 0 (no handover) to 3600", 0, 3600).default(10),
  keepReleases: check
    .whole("a number from 2 to 100: the running release and the ones before", 2, 100)
    .default(5),

  nodeVersion: check.version.default("24.21.0"),
  nodeSource: check.oneOf("archive", "nodesource", "distribution", "npm").default("archive"),
  nodeMirror: check.url.optional(),
  aptMirror: check.url.optional(),
  npmRegistry: check.url.optional(),
  pythonIndex: check.url.optional(),

  handshake: handshakeSetting,
  handshakeToken: later(check.text).optional(),
  handshakeTimeout: check.seconds.default(10),

  lockWait: check.whole("seconds from 0 (no waiting) to 3600", 0, 3600).default(0),
  maxReach: check.oneOf(...reaches).default("firewall"),
};

/** Keys whose values no message may show. */
export const secretKeys: ReadonlySet<string> = new Set([
  "privateKey",
  "privateKeyPassword",
  "acmeEabHmacKey",
  "backendSecretEnvironment",
  "handshakeToken",
  "applications",
]);

/** The arguments, checked, with every default filled in. */
export type Settings = {
  [Key in Exclude<keyof typeof schema, "applications">]: z.output<(typeof schema)[Key]>;
} & {
  backendInstances: number;
  /** By name: the settings as each application has them. Those of the first are the host's own. */
  applications?: Readonly<Record<string, Settings>> | undefined;
};

/** A value of this kind, or one that Pulumi knows only later: an output of another resource, or a secret. */
function later<T extends z.ZodType>(kind: T) {
  return z.custom<Input<z.output<T>>>().superRefine((value, context) => {
    if (isLater(value)) return;
    for (const { message, path } of kind.safeParse(value).error?.issues ?? [])
      context.addIssue({ code: "custom", message, path });
  });
}

/** Whether it, or a member of it, is known only later. */
export function isLater(value: unknown): boolean {
  if (Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isLater);
}
