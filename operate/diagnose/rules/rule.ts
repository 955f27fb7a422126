import type { HopName } from "../hop-names.ts";
import type { Observations } from "../observations.ts";

/** Something that is wrong. */
export interface Finding {
  hop: HopName;
  /** `fail`: users are or will be affected. `warn`: they are not, and a person should check. */
  severity: "fail" | "warn";
  /** Whether it says nothing of the host: we could not find out. */
  unknown?: boolean;
  /** Whether it keeps the host from being seen, and can be put right from here: then it is news beside any other. */
  hides?: boolean;
  /** What broke, in one sentence. */
  cause: string;
  /** What shows it: a log line, a rule, a directive. */
  evidence: string[];
  /** What to type, in this order. */
  fix: string[];
  /** Whom that disturbs; `judge` says it of every finding. */
  disturbs?: string;
  /** Whether to worry, by the operators' own three rules. */
  worry: string;
}

/** Looks at everything that was seen for one kind of fault. */
export type Rule = (seen: Observations) => Finding | undefined;

/** What is said of worry. */
export const worry = {
  down: "Yes: the service is down for everybody until this is mended.",
  some: "Yes: some clients fail until this is mended.",
  token: "Yes, where your users' tokens are refused as well: connections open, and this token is rejected.",
  script:
    "Not known by this alone: connections open. Whether users are hit depends on what their clients say.",
  sync: "Yes: clients connect, and do not see each other's changes.",
  later: "Yes, though most clients do not notice yet.",
  users: "No: users are served. You cannot log in to the host.",
  root: "No: users are served. Nothing can be mended or deployed until this is put right.",
  hidden: "Not by itself: the fault above. More of it can be seen once you can log in to the host.",
  blind: "No: users are served. What goes on inside the host is not known.",
  unknown: "Not known: this machine could not find out. Try from another one.",
  ownToken: "Not known: it is this token that is refused; others may be let in.",
  noToken: "Not known: without a token the checks end here.",
  ownAddress:
    "Not known: a client like this one is not served at this address. Whether your users' are like it is yours to say.",
  ownAuthority: "Not known: clients that were given its CA connect, others do not.",
  ended:
    "Not yet: users are served. Each time it ends, everybody who is connected is cut and has to connect again.",
  noTls: "No, where clients use ws:// only. A page that came by https:// cannot.",
  way: "Yes, for everybody who comes by this way; others may be served. The host needs no restart.",
  renewal:
    "Not yet: the certificate in use serves until it ends (npm run status). See to it today where it lasts six days.",
  exposed: "Not for your users: they are served. See to it today: whoever finds the port gets in.",
  soon: "Not yet: users are served. See to it in working hours.",
};
