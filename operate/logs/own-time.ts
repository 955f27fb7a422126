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
  const found = access.exec(line) ?? error.exec(line) ?? iso.exec(line);
  const at = found ? Date.parse(spelled(found, zone)) : Number.NaN;
  return found && !Number.isNaN(at) ? { at, line: line.replace(found[0], "") } : undefined;
}

function spelled([all, ...parts]: RegExpExecArray, zone: string): string {
  if (all.startsWith(" [")) {
    const [day, month = "", year, time, hours, minutes] = parts;
    return `${year}-${String(months.indexOf(month) + 1).padStart(2, "0")}-${day}T${time}${hours}:${minutes}`;
  }
  if (error.test(all)) return `${parts[0]}-${parts[1]}-${parts[2]}T${parts[3]}${zone}`;
  return `${parts[0]}T${parts[1]?.replace(",", ".")}${parts[2] ?? zone}`;
}
