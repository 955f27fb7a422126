import { constants } from "node:os";

export interface Exit {
  status: number | null;
  /** Without `SIG`: `TERM`. */
  signal?: string;
  reason?: string;
}

/** What to say of a command that failed; undefined for one that succeeded. */
export function exitMessage(exit: Exit | undefined): string | undefined {
  if (exit === undefined) return "wait: remote command exited without exit status or exit signal";
  if (exit.signal === undefined) {
    return exit.status === 0 ? undefined : `Process exited with status ${exit.status ?? -1}`;
  }
  const signal = exit.signal.replace(/^SIG/, "");
  const number = constants.signals[`SIG${signal}` as NodeJS.Signals] ?? 0;
  const reason = exit.reason ? `. Reason was: ${exit.reason}` : "";
  return `Process exited with status ${128 + number} from signal ${signal}${reason}`;
}
