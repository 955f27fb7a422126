const day = 24 * 60 * 60 * 1000;

/** What a host tells of the renewal of its certificate by ACME. */
export interface Renewal {
  timer?: { enabled: boolean; active: boolean };
  /** The `key=value` lines of /var/lib/geo-system-acme/last. */
  last?: Readonly<Record<string, string>>;
}

/** Why a renewal wants a person. */
export interface RenewalTrouble {
  text: string;
  /** It has been failing for a day, or will not happen at all: more than a brief outage of the CA or the network. */
  lasting: boolean;
}

/**
 * Whether the renewal does what it should; undefined where it does.
 *
 * @param now milliseconds, as of `Date`, by the host's clock
 */
export function renewalTrouble({ timer, last = {} }: Renewal, now: number): RenewalTrouble | undefined {
  if (timer && !(timer.enabled && timer.active))
    return {
      text: `the certificate will not be renewed: geo-system-acme.timer is ${timer.active ? "not enabled at boot" : "not running"} on the host`,
      lasting: true,
    };
  const at = (key: string) => (last[key] ? Number(last[key]) * 1000 : undefined);
  const [due, ends] = [at("next"), at("not_after")];
  const late = due !== undefined && ends !== undefined && now > due + patience(ends - due);
  const until = ends === undefined ? "" : `; the one in use ends on ${time(ends)}`;
  if (last.result === "failed") {
    const since = at("failing_since") ?? now;
    const words = last.words ? `; reason: ${last.words}` : "";
    return {
      text: `the certificate could not be renewed since ${time(since)}${until}${words}`,
      lasting: late || now - since >= (due && ends ? patience(ends - due) : day),
    };
  }
  if (!late || due === undefined) return undefined;
  return {
    text: `the renewal of the certificate was due on ${time(due)} and has not come${until}`,
    lasting: true,
  };
}

/** A day; less for a certificate whose last third, in which it is renewed, is shorter than two. */
const patience = (third: number) => Math.min(day, third / 2);

/**
 * Whether whoever renews a certificate is late by its own dates: those of up to 100 days are renewed by programs, in
 * their last third; of others 14 days are a warning.
 */
export function isLate({ begins, ends }: { begins: number; ends: number }, now: number): boolean {
  const lifetime = ends - begins;
  if (lifetime > 100 * day) return now > ends - 14 * day;
  return now > ends - lifetime / 3 + patience(lifetime / 3);
}

const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
