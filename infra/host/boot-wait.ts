import pRetry from "p-retry";
import type { HostConnection } from "./connection.ts";
import { connect, type SshSession } from "./ssh.ts";
import { SshError, type SshHop } from "./ssh-error.ts";

/** How a machine is waited for that may boot still. */
export interface BootWait {
  /** Hears once what is waited for. */
  say: (line: string) => void;
  /** Seconds until it is given up; default 180, in which a cloud's image boots and makes its user. */
  seconds?: number;
  /** Milliseconds between two attempts; default 2000. */
  everyMs?: number;
  /** Dials once; default: {@link connect}. */
  dial?: (connection: HostConnection) => Promise<SshSession>;
}

/** What fails while a machine boots: sshd is not there yet, or the user and his key are not. */
const whileBooting: readonly SshHop[] = ["tcp", "ssh", "login"];

/**
 * Logs in to a machine that the same run may have made, once it has booted.
 *
 * @throws SshError of the last attempt, when the time is over; at once where waiting changes nothing, as of another
 *   host key
 */
export async function connectOnceBooted(
  connection: HostConnection,
  { say, seconds = 180, everyMs = 2000, dial = connect }: BootWait,
): Promise<SshSession> {
  const end = Date.now() + seconds * 1000;
  const boots = (error: Error) => error instanceof SshError && whileBooting.includes(error.hop);
  return pRetry(() => dial(connection), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: everyMs,
    factor: 1,
    shouldRetry: ({ error }) => boots(error) && Date.now() < end,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber === 1 && boots(error))
        say(`Waiting for ${connection.host} to boot, ${seconds} s at most: ${error.message.split("\n")[0]}`);
    },
  });
}
