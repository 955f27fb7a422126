import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { HostPlan } from "../preview/host-plan.ts";
import type { Wanted } from "../preview/plan.ts";
import { acmeCertificatePayload } from "../render/acme.ts";
import { certificateFolder } from "../render/certificate-folder.ts";
import { parsePayload, payload } from "../render/payload.ts";
import { siteNames } from "../render/site-names.ts";
import type { Settings } from "../settings/schema.ts";
import { plannedStep, type StepContext } from "./step.ts";

const day = 24;
const caDays = 3650;
/** Browsers refuse a server certificate that is valid for longer (CA/Browser Forum, Apple). */
const leafDays = 397;
const renewalDays = 30;

/** A certificate chain with its key, and the CA a client must trust (none: the public ones). */
interface Issued {
  chain: pulumi.Input<string>;
  key: pulumi.Input<string>;
  authority?: pulumi.Output<string>;
}

export interface Certificate {
  command: remote.Command;
  /** What the site's step reloads nginx for: another certificate, or the files of the same one put back. */
  placed: pulumi.Output<Record<string, string>>;
  /** The same, as far as a preview knows it, where another kind of certificate is made. */
  foreseen?: pulumi.Output<Record<string, string> | undefined>;
  /** PEM of the CA to trust; absent where the public ones do. */
  authority?: pulumi.Output<string>;
}

/** Step `certificate`: issued by a private CA, by ACME, or provided in files. None when `tls` is off. */
export function certificate(
  context: StepContext,
  settings: Settings,
  dependsOn: pulumi.Resource[],
): Certificate | undefined {
  if (settings.tls === "off") return undefined;
  if (settings.tls === "acme") return byAcme(context, settings, dependsOn);
  const issued = settings.tls === "provided" ? provided(settings) : selfSigned(context, settings);
  const fingerprint = pulumi.output(issued.chain).apply(fingerprintOf);
  const text = pulumi
    .all([issued.chain, issued.key, fingerprint])
    .apply(([chain, key, print]) => certificatePayload(chain, key, print));
  const { command, plan } = plannedStep(context, "certificate", {
    payload: text,
    secret: true,
    options: { fingerprint: pulumi.unsecret(fingerprint) },
    foreseen: context.hostPlan.apply(foreseen),
    dependsOn,
  });
  return {
    command,
    placed: pulumi.unsecret(pulumi.all([fingerprint, plan])).apply(
      ([print, known]): Record<string, string> => ({
        certificate: print,
        ...(known && { placed: known.run }),
      }),
    ),
    foreseen: context.hostPlan.apply((it) => (foreseen(it) ? { certificate: later } : undefined)),
    ...(issued.authority && { authority: issued.authority }),
  };
}

const later = "later";

/** In the place of one by ACME comes another one, whatever it will be. */
function foreseen({ facts }: HostPlan): Wanted | undefined {
  const { kind } = parsePayload(facts?.applied.certificate?.payload ?? "").settings;
  if (kind?.[0] !== "acme") return undefined;
  return { payload: payload({ secret: "yes", fingerprint: later }), options: {} };
}

/** The one that the host has by ACME already, else the one that nginx serves, else a stand-in, until step `acme` has ordered one. */
function byAcme(context: StepContext, settings: Settings, dependsOn: pulumi.Resource[]): Certificate {
  const { command, plan } = plannedStep(context, "certificate", {
    payload: pulumi.output(settings.host).apply((host) => acmeCertificatePayload(settings, host)),
    dependsOn,
  });
  return {
    command,
    placed: plan.apply((known): Record<string, string> => (known ? { placed: known.run } : {})),
    ...(settings.acmeCaFile && { authority: pulumi.output(readFileSync(settings.acmeCaFile, "utf8")) }),
  };
}

export function certificatePayload(chain: string, key: string, fingerprint: string): string {
  return payload({ secret: "yes", fingerprint }, [
    { path: `${certificateFolder}/fullchain.pem`, text: chain },
    { path: `${certificateFolder}/privkey.pem`, mode: "0600", text: key },
  ]);
}

export function fingerprintOf(chain: string): string {
  return new X509Certificate(chain).fingerprint256.replaceAll(":", "").toLowerCase();
}

function provided(settings: Settings): Issued {
  const read = (path: string | undefined) => readFileSync(path ?? "", "utf8");
  const authority = settings.certificateAuthorityFile;
  return {
    chain: read(settings.certificateFile),
    key: pulumi.secret(read(settings.certificateKeyFile)),
    ...(authority && { authority: pulumi.output(read(authority)) }),
  };
}

/** A CA of the host's own, and a server certificate that is renewed by the first `up` in its last 30 days. */
function selfSigned(context: StepContext, settings: Settings): Issued {
  const options = { parent: context.parent };
  const name = (suffix: string) => `${context.name}-${suffix}`;
  const algorithm = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  const caKey = new tls.PrivateKey(name("ca-key"), algorithm, options);
  const ca = new tls.SelfSignedCert(
    name("ca"),
    {
      privateKeyPem: caKey.privateKeyPem,
      subject: { commonName: `geo-system CA of ${context.name}` },
      isCaCertificate: true,
      setSubjectKeyId: true,
      validityPeriodHours: caDays * day,
      earlyRenewalHours: leafDays * day,
      allowedUses: ["cert_signing", "crl_signing"],
    },
    options,
  );
  const key = new tls.PrivateKey(name("key"), algorithm, options);
  const request = new tls.CertRequest(
    name("request"),
    { privateKeyPem: key.privateKeyPem, ...subject(settings) },
    options,
  );
  const leaf = new tls.LocallySignedCert(
    name("leaf"),
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: caKey.privateKeyPem,
      caCertPem: ca.certPem,
      validityPeriodHours: leafDays * day,
      earlyRenewalHours: renewalDays * day,
      allowedUses: ["digital_signature", "server_auth"],
    },
    options,
  );
  return { chain: leaf.certPem, key: key.privateKeyPem, authority: ca.certPem };
}

/** The certificate's subjects: the names of the site, and the address of the host. */
function subject(settings: Pick<Settings, "host" | "serverName">) {
  const names = pulumi.output(settings.host).apply((address) => siteNames(settings, address));
  return {
    subject: { commonName: names.apply(([first]) => first.slice(0, 64)) },
    dnsNames: names.apply((all) => all.filter((name) => isIP(name) === 0)),
    ipAddresses: names.apply((all) => all.filter((name) => isIP(name) !== 0)),
  };
}
