import { isIP } from "node:net";
import { renewalTrouble } from "../../../infra/host/renewal.ts";
import { standingChallenge } from "../../../infra/render/acme.ts";
import { explain } from "../explain/explain.ts";
import type { AcmeSeen } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { on, putBack, reloadNginx } from "./fix.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

const renew = "sudo geo-system acme renew";

/** Runs the deployed step again: files, client, certificate, timer. */
const again = ({ target }: Pick<Observations, "target">, { secret }: AcmeSeen) =>
  secret ? target.up : on(target, "sudo sh -c 'geo-system acme apply < /var/lib/geo-system/applied/acme'");

/** The name that the certificate is for; the address where it has none. */
const nameOf = ({ inside, target }: Observations) =>
  inside?.acme?.last?.names?.split(",").find((name) => isIP(name) === 0) ?? target.host;

const hop = "renewal";

/** It was issued, or even linked, and nginx keeps serving the one before. */
const newerOnDisk: Rule = (seen) => {
  const {
    outside: { tls },
    inside,
    target,
  } = seen;
  const [acme, linked] = [inside?.acme, inside?.certificates.find(({ missing }) => !missing)];
  if (!acme || !tls?.fingerprint || !linked) return undefined;
  const newest = acme.newest && acme.newest.ends > linked.ends ? acme.newest : linked;
  // A stand-in from before the first order may expire later than what replaced it.
  if (newest.fingerprint === tls.fingerprint) return undefined;
  const refused = tls.ends < Date.now() || tls.problem !== undefined;
  const isLinked = newest.fingerprint === linked.fingerprint;
  return {
    ...{ hop, severity: refused ? "fail" : "warn" },
    cause: `the certificate on the host's disk is newer than the one that is served: ${isLinked ? "nginx has not read it" : "the site does not use it yet"}`,
    evidence: [
      `served: until ${date(tls.ends)}, SHA-256 ${tls.fingerprint.slice(0, 16)}…`,
      `on disk: until ${date(newest.ends)}, SHA-256 ${newest.fingerprint.slice(0, 16)}…`,
    ],
    fix: [isLinked ? reloadNginx(target) : again(seen, acme)],
    worry: refused ? worry.some : worry.soon,
  };
};

const date = (ms: number) => new Date(ms).toISOString().slice(0, 16);

const timerOff: Rule = ({ inside, target }) => {
  const acme = inside?.acme;
  if (!acme || (acme.timer.enabled && acme.timer.active && acme.boot)) return undefined;
  const { timer, boot } = acme;
  return {
    ...{ hop, severity: "warn" },
    cause:
      timer.enabled && timer.active
        ? "a boot would not renew a certificate that became due while the host was off: geo-system-acme.service is not enabled"
        : `the certificate will not be renewed: geo-system-acme.timer is ${timer.active ? "not enabled at boot" : "not running"}`,
    evidence: [
      `geo-system-acme.timer: ${timer.active ? "active" : "not active"}, ${timer.enabled ? "enabled" : "not enabled"}`,
      `geo-system-acme.service: ${boot ? "enabled" : "not enabled"}`,
    ],
    fix: [
      on(target, "sudo systemctl enable geo-system-acme.service"),
      on(target, "sudo systemctl enable --now geo-system-acme.timer"),
    ],
    worry: worry.renewal,
  };
};

/** The next renewal registers a new one by itself, unless the CA wants a key for that. */
const accountGone: Rule = (seen) => {
  const acme = seen.inside?.acme;
  if (!acme || acme.account) return undefined;
  return {
    ...{ hop, severity: "warn" },
    cause: "the account at the CA is gone from the host: its key is missing",
    evidence: ["/var/lib/geo-system-acme/accounts: no private_key.json for the deployed directory"],
    fix: [on(seen.target, renew)],
    worry: worry.renewal,
  };
};

/** The host's own nginx answers the standing challenge: another answer is another server's, or another location's. */
const intercepted: Rule = ({ inside, challenge, target }) => {
  const own = inside?.acme?.challenge;
  if (!own || own.status === 0) return undefined;
  if (own.status !== own.right)
    return {
      ...{ hop, severity: "warn" },
      cause: `this host's nginx does not answer challenges: ${own.status} where ${own.right} is right, so a location or a return of its own takes them`,
      evidence: [`on the host: http://127.0.0.1${standingChallenge}: HTTP ${own.status}`],
      fix: [
        putBack(target, "site"),
        `# where it stays: ${on(target, "sudo nginx -T | grep -n -e acme-challenge -e return")}`,
      ],
      worry: worry.renewal,
    };
  if (!challenge || challenge.status === own.right) return undefined;
  const barred = challenge.status === 403 || challenge.status === 451;
  return {
    ...{ hop, severity: "warn" },
    cause: `something in front of the host answers the CA's challenges, with ${challenge.status}${challenge.server ? ` (Server: ${challenge.server})` : ""}: ${barred ? "a provider's page for names without a filing (ICP, 备案), or a firewall's" : "a proxy, a CDN, or another machine"}`,
    evidence: [
      `from here: http://${target.host}${standingChallenge}: HTTP ${challenge.status}`,
      `on the host: HTTP ${own.status}`,
    ],
    fix: [
      barred
        ? "# with the provider: make the filing for the name; or certify the address: take serverName away, and: npm run up"
        : `# let it pass ${standingChallenge.replace(/[^/]+$/, "")} on to the host, and the A and AAAA records lead there`,
      on(target, renew),
    ],
    worry: worry.renewal,
  };
};

/** What a CA's refusal asks for, by the name of its meaning; it ends with the renewal that heals. */
const first: Record<string, (seen: Observations) => string[]> = {
  "ACME: rate limited": () => ["# wait until the time that the CA names; earlier tries do not help"],
  "ACME: DNS": (seen) => [
    `# at the name server: let A and AAAA lead to this host: dig +short A ${nameOf(seen)}`,
  ],
  "ACME: CAA": (seen) => [`# at the name server: let CAA allow this CA: dig +short CAA ${nameOf(seen)}`],
  "ACME: forbidden page": () => ["# with the provider: make the filing for the name, or take the block away"],
  "ACME: wrong answer": (seen) => [
    `# at the name server: A and AAAA must lead to this host alone: dig +short A ${nameOf(seen)}; dig +short AAAA ${nameOf(seen)}`,
  ],
  "ACME: not reached": (seen) => [
    ...(seen.inside?.firewall.ufw === "active"
      ? [on(seen.target, "sudo ufw allow 80/tcp comment geo-system")]
      : []),
    "# in the cloud's console: let TCP 80 in from everywhere",
  ],
  "ACME: account": ({ target }) => [target.up],
};

const failing: Rule = (seen): Finding | undefined => {
  const { inside, target } = seen;
  const acme = inside?.acme;
  // Of the timer a rule of its own tells.
  const trouble = acme && renewalTrouble({ ...(acme.last && { last: acme.last }) }, inside.clock);
  if (!acme || !trouble) return undefined;
  const words = acme.last?.result === "failed" ? (acme.last.words ?? "") : "";
  const meaning = words ? explain(typed(words)) : undefined;
  return {
    ...{ hop, severity: "warn" },
    cause: `${trouble.text}${meaning ? `. ${meaning.means}` : ""}`,
    evidence: [
      `/var/lib/geo-system-acme/last: result=${acme.last?.result}, did=${acme.last?.did}`,
      `the whole of it: ${on(target, "sudo journalctl -u geo-system-acme.service -n 30 --no-pager")}`,
    ],
    fix: [...(meaning ? (first[meaning.name]?.(seen) ?? []) : []), on(target, renew)],
    worry: worry.renewal,
  };
};

/** The host writes `NAME: TYPE: DETAIL`; the explanations know it as certbot prints it. */
const typed = (words: string) => words.replace(/(^|\s)\S+: ([a-zA-Z]+): /g, "$1Type: $2 Detail: ");

export const renewalRules = [newerOnDisk];
export const renewalWarnings = [timerOff, intercepted, failing, accountGone];
