import * as pulumi from "@pulumi/pulumi";
import { testToken } from "../handshake/token.ts";
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
