import * as pulumi from "@pulumi/pulumi";
import { lastingToken, testToken } from "../handshake/token.ts";
import { handshakeOf, takesMadeToken } from "../settings/default-handshake.ts";
import type { Settings } from "../settings/schema.ts";

/** The account of the users' own guide, which the example backend's log lines name. */
const account = { sub: "2", name: "lzc2005" };

/**
 * The token of the handshake: the operator's; or one made with TOKEN_SECRET, for the example backend and for a script
 * that shows a token; else none, as an empty text. Always secret.
 */
export function handshakeToken(settings: Settings): pulumi.Output<string> {
  return tokenOf(settings, (secret) => testToken(secret, account, new Date()));
}

/**
 * The token with which the host proves a release before a user meets it. It lies on the host beside the secret that
 * signed it, so it may last: one that ended with a month would show as a change at the month's end.
 */
export function gateToken(settings: Settings): pulumi.Output<string> {
  return tokenOf(settings, (secret) => lastingToken(secret, account));
}

function tokenOf(settings: Settings, make: (secret: string) => Promise<string>): pulumi.Output<string> {
  if (settings.handshakeToken) return pulumi.secret(settings.handshakeToken);
  if (!takesMadeToken(handshakeOf(settings))) return pulumi.secret("");
  return pulumi
    .secret(settings.backendSecretEnvironment)
    .apply(async ({ TOKEN_SECRET }) => (TOKEN_SECRET ? make(TOKEN_SECRET) : ""));
}
