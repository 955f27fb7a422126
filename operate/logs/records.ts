/** The logs that are shown together; `error` of the backend is what it prints to stderr. */
export const sources = ["backend", "backend error", "nginx", "nginx error"] as const;
export type Source = (typeof sources)[number];

/** One line that templates/logs/follow.pl printed. */
export type LogRecord =
  | { kind: "zone"; zone: string }
  /** A log that is there, and when it was last written to, in milliseconds since 1970. */
  | { kind: "log"; source: Source; written: number }
  | { kind: "old"; source: Source; line: string }
  /** The backlog has been printed; the host's clock, in milliseconds since 1970. */
  | { kind: "ready"; now: number }
  /** `at`: when it was added, in milliseconds since 1970, to the second. */
  | { kind: "new"; source: Source; at: number; line: string };

/** Undefined for what is none: a host may print a greeting of its own. */
export function readRecord(printed: string): LogRecord | undefined {
  const [kind, first = "", ...rest] = printed.split("\t");
  if (kind === "ready") return { kind, now: Number(first) * 1000 };
  if (kind === "zone") return { kind, zone: first.replace(/(\d\d)(\d\d)$/, "$1:$2") };
  const source = sources.find((each) => each === first);
  if (!source) return undefined;
  if (kind === "log") return { kind, source, written: Number(rest[0]) * 1000 };
  if (kind === "old") return { kind, source, line: rest.join("\t") };
  if (kind === "new") return { kind, source, at: Number(rest[0]) * 1000, line: rest.slice(1).join("\t") };
  return undefined;
}
