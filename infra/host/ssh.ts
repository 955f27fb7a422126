import type { HostConnection } from "./connection.ts";

export interface ExecOptions {
  /** Text for the command's standard input. */
  input?: string;
  /** Milliseconds after which the command is given up; default 60,000. */
  timeoutMs?: number;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** The exit code; 128 and more where a signal ended the command. */
  code: number;
}

/** One SSH connection; several commands can run on it at once. */
export interface SshSession extends AsyncDisposable {
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Milliseconds to reach the host and to log in; default 10,000. */
  timeoutMs?: number;
  /** The agent's socket; default: `SSH_AUTH_SOCK`. */
  agentSocket?: string;
}

/** Dials the host, verifies its pinned key and logs in. */
export async function connect(
  _connection: HostConnection,
  _options: ConnectOptions = {},
): Promise<SshSession> {
  throw new Error("connect: to follow");
}
