import { isLate } from "../../../infra/host/renewal.ts";
import type { CertificateFile } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import type { TlsSeen } from "../outside/observed.ts";
import { nginxLog, on, putBack, trustCa } from "./fix.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

const day = 86_400_000;
const folder = "/etc/geo-system";

/** nginx would refuse this pair at its next start, and may have done so. */
const keyOfAnother: Rule = (seen) => {
  const pair = seen.inside?.certificates.find(
    ({ key, missing }) => /^(other|unreadable)$/.test(key) || missing,
  );
  if (!pair) return undefined;
  return {
    ...{ hop: "certificate", severity: "fail" },
    cause: pair.missing
      ? `the certificate ${pair.path} is missing`
      : pair.key === "unreadable"
        ? `the private key beside ${pair.path} cannot be read: it has a passphrase, or is no key`
        : `the private key beside ${pair.path} belongs to another certificate`,
    evidence: [emergency(seen) ?? `${pair.path}: key ${pair.key}`],
    fix: back(seen, pair),
    worry: running(seen) ? worry.later : worry.down,
  };
};

const running = ({ inside }: Observations) =>
  inside?.units.some(({ name, active }) => name === "nginx" && active === "active");

/** nginx's own words about what keeps it from starting. */
export const emergency = ({ inside }: Observations) =>
  inside?.nginx.said.split("\n").find((line) => line.includes("[emerg]"));

/** Back to what was deployed, if the host still has it; otherwise the next `up` brings it. */
function back(
  { target, inside }: Observations,
  found: Pick<CertificateFile, "fingerprint"> | TlsSeen | undefined,
) {
  const deployed = inside?.deployedCertificate ?? "";
  // The folder that is kept was overwritten.
  if (deployed === "" || found?.fingerprint === deployed || inside?.keptCertificate !== deployed)
    return [target.up];
  const kept = `${folder}/certificates/${deployed.slice(0, 16)}`;
  const link = `test -e ${kept}/fullchain.pem && sudo ln -sfT ${kept} ${folder}/certificate && sudo nginx -t && sudo systemctl reload-or-restart nginx`;
  return [on(target, link)];
}

/** What is wrong with it, what is most telling first: a verification stops at the first thing that it finds. */
function problemOf({ ends, names, otherName, problem }: TlsSeen, host: string): string {
  if (ends < Date.now()) return `the certificate has expired, on ${date(ends)}`;
  if (otherName) return `the certificate is for ${names || "no name"}, not for ${host}`;
  if (problem === "CERT_NOT_YET_VALID")
    return "the certificate is not valid yet: a clock is wrong, this machine's or the host's";
  if (problem === "DEPTH_ZERO_SELF_SIGNED_CERT")
    return "the certificate is signed by itself, not by a CA that is trusted here";
  return "the certificate was not issued by a CA that is trusted here, or its chain is incomplete";
}

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

const refused: Rule = (seen) => {
  const { outside, inside, target } = seen;
  const { tls } = outside;
  const code = tls?.problem;
  if (!tls || !code || trustedByNobodyHere(seen)) return undefined;
  const strange = inside?.deployedCertificate && inside.deployedCertificate !== tls.fingerprint;
  return {
    ...{ hop: "certificate", severity: "fail" },
    cause: `${problemOf(tls, target.host)}${strange ? "; it is not the one that was deployed" : ""}`,
    evidence: [
      `verification: ${code}`,
      `served: names ${tls.names || "none"}, until ${date(tls.ends)}, SHA-256 ${tls.fingerprint.slice(0, 16)}…`,
    ],
    ...(authorityOfOthers(seen, tls)
      ? { fix: trustCa(target), worry: worry.ownAuthority }
      : { fix: back(seen, tls), worry: worry.some }),
  };
};

/** Without a stack no private CA is known, nor did the host name one: that it is not known here may be all. */
const authorityOfOthers = ({ target, inside }: Observations, { problem, ends, otherName }: TlsSeen) =>
  target.named !== undefined &&
  !inside?.deployedCertificate &&
  unknownAuthority.test(problem ?? "") &&
  ends > Date.now() &&
  !otherName;

const unknownAuthority = /UNABLE_TO|SELF_SIGNED/;

/** An operator without state does not know the private CA: what is served is what was deployed, and that is enough. */
export function trustedByNobodyHere({ outside: { tls }, inside }: Observations): boolean {
  const unknown = unknownAuthority.test(tls?.problem ?? "");
  return (
    unknown && tls !== undefined && tls.ends > Date.now() && inside?.deployedCertificate === tls.fingerprint
  );
}

/** Silence and a hang-up are not about TLS: what follows tells more. */
const notTlsAtAll: Rule = (seen) => {
  const { outside, target, inside } = seen;
  const why = outside.tls?.broken ?? "";
  if (!/EPROTO|WRONG_VERSION|PACKET_LENGTH/.test(why) || inside?.nginx.valid === false) return undefined;
  return {
    ...{ hop: "tls", severity: "fail" },
    cause: 'port 443 speaks plain HTTP, not TLS: "ssl" is missing in its listen',
    evidence: [`TLS: ${why}`],
    fix: inside?.deployed.includes("site") ? [putBack(target, "site")] : [nginxLog(target)],
    worry: worry.some,
  };
};

const unknownHere: Rule = (seen) =>
  trustedByNobodyHere(seen)
    ? {
        ...{ hop: "certificate", severity: "warn" },
        cause: "the certificate is the one that was deployed, and its CA is not known here",
        evidence: [`verification: ${seen.outside.tls?.problem}`],
        fix: trustCa(seen.target),
        worry: worry.soon,
      }
    : undefined;

/** Of one that the host renews, the rules of the renewal tell. */
const endsSoon: Rule = ({ outside: { tls }, inside, target }): Finding | undefined => {
  if (!tls?.ends || inside?.acme) return undefined;
  const days = Math.floor((tls.ends - Date.now()) / day);
  if (days < 0 || !isLate(tls, Date.now())) return undefined;
  return {
    ...{ hop: "certificate", severity: "warn" },
    cause: `the certificate ends in ${days} days`,
    evidence: [`served: until ${date(tls.ends)}`],
    fix: [target.up],
    worry: worry.soon,
  };
};

const strange: Rule = (seen) => {
  const {
    outside: { tls },
    inside,
  } = seen;
  const deployed = inside?.deployedCertificate;
  if (!tls?.fingerprint || !deployed || tls.fingerprint === deployed) return undefined;
  return {
    ...{ hop: "certificate", severity: "warn" },
    cause: "the certificate that is served is valid, and not the one that was deployed",
    evidence: [
      `served: SHA-256 ${tls.fingerprint.slice(0, 16)}…`,
      `deployed: SHA-256 ${deployed.slice(0, 16)}…`,
    ],
    fix: back(seen, tls),
    worry: worry.soon,
  };
};

export const keyRules = [keyOfAnother];
export const certificateRules = [notTlsAtAll, refused];
export const certificateWarnings = [unknownHere, strange, endsSoon];
