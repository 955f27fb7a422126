import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { template } from "../package-root.ts";
import type { Settings } from "../settings/schema.ts";
import { type PayloadFile, payload } from "./payload.ts";
import { matching } from "./place.ts";
import { certifiedNames } from "./site-names.ts";

/** What belongs to ACME on the host. It survives a `destroy`: the account, the certificates, their keys. */
const acmeFolder = "/var/lib/geo-system-acme";
/** Where nginx finds the answers to the CA's challenges. */
export const acmeWebroot = `${acmeFolder}/webroot`;
/** A challenge that is always there: whoever is answered 200 for it has reached nginx on a host with `tls: acme`. */
export const standingChallenge = "/.well-known/acme-challenge/geo-system";

/** The only secret of step `acme`: what the CA gave to bind an account to its customer. */
const eabFile = `${acmeFolder}/eab.ini`;

/** The directories that have a name. */
const directories: Record<string, { url: string; ca: string }> = {
  letsencrypt: { url: "https://acme-v02.api.letsencrypt.org/directory", ca: "Let's Encrypt" },
  staging: {
    url: "https://acme-staging-v02.api.letsencrypt.org/directory",
    ca: "Let's Encrypt's staging CA",
  },
};

export const directoryUrl = (directory: string): string => directories[directory]?.url ?? directory;

/** How people call the CA of a directory: `Let's Encrypt`, or the URL itself. */
export const caName = (url: string): string =>
  Object.values(directories).find((known) => known.url === url)?.ca ?? url;

export type AcmeSettings = Pick<Settings, "acmeDirectory"> &
  Partial<
    Pick<Settings, "serverName" | "acmeProfile" | "acmeEmail" | "acmeCaFile" | "acmeEabKeyId" | "pythonIndex">
  >;

/** Let's Encrypt certifies addresses by its profile `shortlived` alone. */
function profileOf({ acmeProfile }: AcmeSettings, names: readonly string[]): string | undefined {
  return acmeProfile ?? (names.some((name) => isIP(name) !== 0) ? "shortlived" : undefined);
}

/** Identifies the certificate. The steps `certificate` and `acme` both look for it on the host. */
function wanted(settings: AcmeSettings, host: string) {
  const names = certifiedNames(settings, host);
  return {
    name: names.map((name) => matching("serverName", name, /^[A-Za-z0-9.:-]+$/)),
    directory: directoryUrl(settings.acmeDirectory),
    profile: profileOf(settings, names),
  };
}

/** The payload of step `certificate` for `tls: acme`: it holds no certificate, since that is made on the host. */
export const acmeCertificatePayload = (settings: AcmeSettings, host: string): string =>
  payload({ kind: "acme", ...wanted(settings, host) });

/**
 * The payload of step `acme`.
 *
 * @param eabHmacKey left out where nothing secret may be in the text; nothing that is compared depends on it
 */
export function acmePayload(settings: AcmeSettings, host: string, eabHmacKey?: string): string {
  return payload(
    {
      secret: settings.acmeEabKeyId && eabFile,
      ...wanted(settings, host),
      email: settings.acmeEmail,
      "eab-key-id": settings.acmeEabKeyId,
      "python-index": settings.pythonIndex,
    },
    files(settings, eabHmacKey),
  );
}

function files({ acmeCaFile }: AcmeSettings, eabHmacKey?: string): PayloadFile[] {
  return [
    { path: `${acmeFolder}/requirements.txt`, text: template("acme/requirements.txt") },
    { path: `${acmeWebroot}${standingChallenge}`, text: "geo-system\n" },
    ...(acmeCaFile ? [{ path: `${acmeFolder}/ca.pem`, text: readFileSync(acmeCaFile, "utf8") }] : []),
    ...["geo-system-acme.service", "geo-system-acme.timer"].map((unit) => ({
      path: `/etc/systemd/system/${unit}`,
      text: template(`acme/${unit}`),
    })),
    ...(eabHmacKey ? [{ path: eabFile, mode: "0600", text: `eab-hmac-key = ${eabHmacKey}\n` }] : []),
  ];
}
