const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** nginx's access log: `… [25/Nov/2026:07:00:02 +0000] …` */
const access = / \[(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) ([+-]\d\d)(\d\d)\]/;
/** nginx's error log: `2026/11/25 07:00:02 [error] …`, in the host's own zone. */
const error = /^(\d{4})\/(\d\d)\/(\d\d) ([\d:]{8}) /;
/** What many a backend writes first: `2026-11-25T07:00:02.123Z …`, in brackets or not; without a zone, the host's. */
const iso = /^\[?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?) ?(Z|[+-]\d\d:?\d\d)?\]?:? ?/;

/**
 * The time that a line itself carries, in milliseconds since 1970, and the line without it.
 * Undefined where it has none. `zone`: the host's, `+00:00`.
 */
export function ownTime(line: string, zone: string): { at: number; line: string } | undefined {
  if (line.startsWith("{")) return jsonTime(line, zone);
  const found = access.exec(line) ?? error.exec(line) ?? iso.exec(line);
  const at = found ? Date.parse(spelled(found, zone)) : Number.NaN;
  return found && !Number.isNaN(at) ? { at, line: line.replace(found[0], "") } : undefined;
}

/** Where the usual loggers (pino, winston, bunyan, zap) put the time of a line that is one JSON object. */
const members = ["time", "timestamp", "@timestamp", "ts", "date", "datetime"];

/** The line stays as it is: whoever reads JSON wants all of it. */
function jsonTime(line: string, zone: string): { at: number; line: string } | undefined {
  try {
    const told = JSON.parse(line) as Record<string, unknown>;
    const at = members.map((name) => moment(told[name], zone)).find((found) => found !== undefined);
    return at === undefined ? undefined : { at, line };
  } catch {
    return undefined; // No JSON after all, or cut off.
  }
}

/** Milliseconds since 1970, of a number in seconds, milliseconds, micro- or nanoseconds, or of a text. */
function moment(value: unknown, zone: string): number | undefined {
  if (typeof value === "string") {
    const found = iso.exec(value);
    const at = found ? Date.parse(spelled(found, zone)) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  }
  // From 2001 on, in one of these units.
  const factor = [1000, 1, 1e-3, 1e-6].find(
    (each) => typeof value === "number" && value * each >= 1e12 && value * each < 1e13,
  );
  return factor === undefined ? undefined : Math.round((value as number) * factor);
}

function spelled([all, ...parts]: RegExpExecArray, zone: string): string {
  if (all.startsWith(" [")) {
    const [day, month = "", year, time, hours, minutes] = parts;
    return `${year}-${String(months.indexOf(month) + 1).padStart(2, "0")}-${day}T${time}${hours}:${minutes}`;
  }
  if (error.test(all)) return `${parts[0]}-${parts[1]}-${parts[2]}T${parts[3]}${zone}`;
  return `${parts[0]}T${parts[1]?.replace(",", ".")}${parts[2] ?? zone}`;
}
