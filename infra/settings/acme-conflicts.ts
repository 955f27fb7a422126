import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { pulumiLine } from "../pulumi-command.ts";
import { certifiedNames } from "../render/site-names.ts";
import { whyNotPublic } from "./public-names.ts";
import type { Settings } from "./schema.ts";

type Some = Partial<Settings>;

/** The keys that mean something with `tls: acme` alone. Of those with a default only another value counts. */
const own = ["acmeEmail", "acmeCaFile", "acmeProfile", "acmeEabKeyId", "acmeEabHmacKey"] as const;

/** What is wrong with the keys of `tls: acme`, alone and together. */
export function acmeConflicts(settings: Some): string[] {
  if (settings.tls === undefined) return []; // it is wrong itself, and says so
  if (settings.tls !== "acme") return unused(settings);
  return [...binding(settings), ...notPublic(settings), ...badCa(settings)];
}

function unused({ tls, ...settings }: Some): string[] {
  return own
    .filter((key) => settings[key] !== undefined)
    .map(
      (key) =>
        `${key}: expected nothing, since tls is "${tls}"; set tls to "acme" or remove the key: ${pulumiLine(`config rm ${key}`)}`,
    );
}

function binding({ acmeEabKeyId, acmeEabHmacKey }: Some): string[] {
  if ((acmeEabKeyId === undefined) === (acmeEabHmacKey === undefined)) return [];
  const [missing, there] = acmeEabKeyId
    ? ["acmeEabHmacKey", "acmeEabKeyId"]
    : ["acmeEabKeyId", "acmeEabHmacKey"];
  return [`${missing}: expected a value, since ${there} is set, found nothing; set both, or neither`];
}

/** The client on the host would refuse it only once everything else is in place. */
function badCa({ acmeCaFile }: Some): string[] {
  if (acmeCaFile === undefined) return [];
  const text = readFileSync(acmeCaFile, "utf8");
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----(?![^\r\n])/g) ?? [];
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  if (blocks.length > 0 && blocks.length === begun && blocks.every(isCertificate)) return [];
  return [
    `acmeCaFile: expected certificates (PEM), each in lines of its own, found something else: ${acmeCaFile}`,
  ];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** A CA of one's own certifies what it likes. */
function notPublic({ host, serverName, acmeCaFile }: Some): string[] {
  if (acmeCaFile !== undefined || typeof host !== "string") return [];
  return certifiedNames({ serverName }, host).flatMap((name) => {
    const why = whyNotPublic(name);
    return why
      ? [
          `${serverName ? "serverName" : "host"}: no CA certifies ${name}: ${why}; set serverName to a public name or address that leads to the host, or acmeCaFile for a CA of your own`,
        ]
      : [];
  });
}
