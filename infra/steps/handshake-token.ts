import * as pulumi from "@pulumi/pulumi";
import { lastingToken, testToken } from "../handshake/token.ts";
import type { Settings } from "../settings/schema.ts";

/** The account of the users' own guide, which the example backend's log lines name. */
const account = { sub: "2", name: "lzc2005" };

/** The token of the handshake: the operator's, or one for the example backend. Always secret. */
export function handshakeToken(settings: Settings): pulumi.Output<string> {
  if (settings.handshakeToken) return pulumi.secret(settings.handshakeToken);
  return pulumi
    .secret(settings.backendSecretEnvironment)
    .apply(({ TOKEN_SECRET }) => testToken(TOKEN_SECRET ?? "", account, new Date()));
}

/**
 * The token with which the host proves a release before a user meets it. It lies on the host beside the secret that
 * signed it, so it may last: one that ended with a month would show as a change at the month's end.
 */
export function gateToken(settings: Settings): pulumi.Output<string> {
  if (settings.handshakeToken) return pulumi.secret(settings.handshakeToken);
  return pulumi
    .secret(settings.backendSecretEnvironment)
    .apply(async ({ TOKEN_SECRET }) => (TOKEN_SECRET ? lastingToken(TOKEN_SECRET, account) : ""));
}
