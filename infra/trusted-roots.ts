import { existsSync, readFileSync } from "node:fs";
import * as tls from "node:tls";

/** Where systems keep their roots in one file: Debian and Arch, Red Hat, then Alpine and macOS. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];

const contexts = new Map<string | undefined, tls.SecureContext>();

/**
 * What a client on this machine trusts: the system's roots, those of NODE_EXTRA_CA_CERTS, and `ca` (PEM) beside them. Made
 * once, since it takes longer than a handshake.
 */
export function trusting(ca: string | undefined): { secureContext: tls.SecureContext } {
  const secureContext =
    contexts.get(ca) ?? tls.createSecureContext({ ca: [...roots(), ...(ca ? [ca] : [])] });
  contexts.set(ca, secureContext);
  return { secureContext };
}

/** PEM. Node's own roots, which are as old as that Node, only where the system shows none. */
export function roots(): string[] {
  const system = systemRoots();
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  return [
    ...(system.length > 0 ? system : tls.rootCertificates),
    ...(extra && existsSync(extra) ? [readFileSync(extra, "utf8")] : []),
  ];
}

/** By Node where it can (since 22.15 and 23.10, also from the key chains of macOS and Windows), else from a file as OpenSSL. */
function systemRoots(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: "system") => string[] };
  const found = getCACertificates?.("system") ?? [];
  if (found.length > 0) return found;
  const bundle = [process.env.SSL_CERT_FILE ?? "", ...bundles].find((path) => existsSync(path));
  return bundle ? [readFileSync(bundle, "utf8")] : [];
}
